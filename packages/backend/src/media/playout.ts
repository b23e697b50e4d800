import { Emitter, frameMs, LLMRTCError, type Pcm, speakerFormat } from "@metered/llmrtc-core";
import { fadeIn, fadeOut } from "./fade.ts";
import { speakerFrameSamples } from "./opus.ts";
import type { Attested } from "./heard-frames.ts";
import { PcmQueue } from "./pcm-queue.ts";
import type { PlayoutClock } from "./playout-clock.ts";
import { type Pause, SentSpeech } from "./sent-speech.ts";
import { type WaitOptions, Waits } from "./waits.ts";

export type PlayoutEvents = {
  /** The first frame of speech after silence left. */
  started: undefined;
  /** All that was queued has been heard, or was cleared. */
  drained: undefined;
};

/** What takes one frame, or silence, per 20 ms of call time. */
export interface FrameSink {
  sendFrame(frame: Pcm | undefined): void;
}

export interface PlayoutOptions {
  readonly clock: PlayoutClock;
  /** Where frames go: a transport. */
  readonly sink: FrameSink;
  /**
   * How far speech may run ahead of real time, in milliseconds; 40. A listener's jitter buffer takes the
   * silence after it, which is not ahead, for so much too late, and grows to bear it.
   */
  readonly aheadMs?: number;
  /** How much may be queued before `roomFor` waits, in milliseconds; 5000. */
  readonly roomMs?: number;
}

/** Length of the fade that keeps an interruption from clicking. */
const fadeMs = 5;
/** After a longer standstill the lost time is not made up for. */
const mostBeatsBehind = 50;
const samplesPerMs = speakerFormat.sampleRate / 1000;
const fadeSamples = fadeMs * samplesPerMs;

/**
 * One call's mouth: queued speech goes out frame by frame on the shared clock, at most `aheadMs`
 * before it is due, so that `clear` silences the caller's speaker at once. `playedMs` says what
 * should have been heard, `attested` what the caller's end says.
 */
export class Playout extends Emitter<PlayoutEvents> {
  readonly #options: Required<PlayoutOptions>;
  readonly #queue = new PcmQueue();
  readonly #waits = new Waits();
  readonly #leave: () => void;
  /** Frames of call time sent before they are due. */
  #ahead = 0;
  readonly #sent = new SentSpeech();
  #speaking = false;
  #paused: Pause | undefined;
  #fadeNextIn = false;
  #closed = false;

  constructor(options: PlayoutOptions) {
    super();
    this.#options = { aheadMs: 40, roomMs: 5000, ...options };
    this.#leave = options.clock.subscribe((beats) => {
      this.#beat(beats);
    });
  }

  /** Speech not sent yet, in milliseconds. */
  get queuedMs(): number {
    return this.#queue.length / samplesPerMs;
  }

  /** Speech heard since the call began, in milliseconds: sent, and its time has come. */
  get playedMs(): number {
    return this.#sent.playedMs;
  }

  /** Speech sent since the call began, in milliseconds: more than played by what is not due yet. */
  get sentMs(): number {
    return this.#sent.sentMs;
  }

  /** How many frames of call time had been sent when the speech behind `ms` began. */
  frameOf(ms: number): number {
    return this.#sent.frameOf(ms);
  }

  /** What the caller's end has said last. */
  get attested(): Attested | undefined {
    return this.#sent.attested;
  }

  /**
   * The caller's end says what it has played.
   *
   * @param unheardMs call time sent after that; infinite: it has played nothing
   * @param agoMs when it was so
   */
  attest(unheardMs: number, agoMs = 0): void {
    this.#sent.attest(unheardMs, agoMs);
    this.#wake();
  }

  /**
   * Queues speech behind what waits.
   *
   * @param pcm 24 kHz mono of any length; not to be changed afterwards
   * @throws {LLMRTCError} `INVALID_STATE` when the queue is full: wait for `roomFor` first;
   * `CLOSED` after `close`
   */
  enqueue(pcm: Pcm): void {
    if (this.#closed) throw closedError();
    if (this.queuedMs >= this.#options.roomMs) {
      throw new LLMRTCError("INVALID_STATE", "The playout queue is full; wait for roomFor()");
    }
    this.#queue.push(pcm);
    this.#sendDue(); // the first sound of a reply need not wait for the next beat
    this.#wake();
  }

  /**
   * Silences the agent: what waits is dropped, the sound ends within 5 ms of speech.
   *
   * @returns the speech dropped, in milliseconds
   */
  clear(): number {
    const droppedMs = this.queuedMs;
    const wasDrained = this.#drained;
    if (this.#speaking && !this.#paused && droppedMs > 0) {
      this.#send(fadeOut(this.#queue.take(speakerFrameSamples), fadeSamples), fadeMs);
    }
    this.#sent.forgetSound();
    this.#queue.clear();
    this.#speaking = false;
    this.#fadeNextIn = false;
    if (!wasDrained) this.#settle();
    return droppedMs;
  }

  /** Holds speech back, keeping what waits. Call time goes on. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = this.#sent.now;
    if (!this.#speaking || this.#queue.length === 0) return;
    this.#send(fadeOut(this.#queue.peek(speakerFrameSamples), fadeSamples), 0);
    this.#speaking = false;
  }

  /**
   * Goes on after a pause, at the start of the word that it broke.
   *
   * @param silenced the caller's end fell silent as soon as it was told of the pause: what it had not
   * played by then is said again
   */
  resume({ silenced = false }: { readonly silenced?: boolean } = {}): void {
    const paused = this.#paused;
    if (!paused) return;
    this.#paused = undefined;
    const sent = this.#sent;
    const heardMs = silenced ? sent.heardUntil(paused) : sent.sentMs;
    if (this.#queue.length > 0 || heardMs < sent.sentMs) {
      this.#queue.unshift(sent.takeBackWord(heardMs));
      this.#fadeNextIn = true;
    }
    this.#wake();
  }

  /**
   * Gives up, in a pause, what the caller's end was silent for: it counts as not sent.
   *
   * @returns the speech dropped, in milliseconds
   */
  forget(): number {
    const paused = this.#paused;
    if (paused) this.#sent.takeBack(this.#sent.heardUntil(paused));
    return this.clear();
  }

  /**
   * Resolves when everything queued has been heard or was cleared.
   *
   * @throws the signal's reason when aborted; {LLMRTCError} `CLOSED` when closed before
   */
  whenDrained(options: WaitOptions = {}): Promise<void> {
    return this.#until(() => this.#drained, options);
  }

  /**
   * Resolves when `ms` of speech have been heard since the call began.
   *
   * @throws the signal's reason when aborted; {LLMRTCError} `CLOSED` when closed before
   */
  whenPlayed(ms: number, options: WaitOptions = {}): Promise<void> {
    return this.#until(() => this.playedMs >= ms, options);
  }

  /** The same for speech that has been sent. */
  whenSent(ms: number, options: WaitOptions = {}): Promise<void> {
    return this.#until(() => this.sentMs >= ms, options);
  }

  /**
   * Resolves when the caller's end has attested `ms` of speech since the call began, or `withinMs` of
   * call time have passed.
   *
   * @throws the signal's reason when aborted; {LLMRTCError} `CLOSED` when closed before
   */
  whenHeard(
    ms: number,
    { withinMs = Number.POSITIVE_INFINITY, ...options }: WaitOptions & { withinMs?: number } = {},
  ): Promise<void> {
    const until = this.#sent.frames + withinMs / frameMs;
    const heard = () => (this.attested?.heardMs ?? 0) >= ms || this.#sent.frames >= until;
    return this.#until(heard, options);
  }

  /**
   * Resolves when `ms` more fit in the queue; a run longer than the whole queue fits when it is
   * empty.
   *
   * @throws the signal's reason when aborted; {LLMRTCError} `CLOSED` when closed before
   */
  roomFor(ms: number, options: WaitOptions = {}): Promise<void> {
    const fits = () => this.#queue.length === 0 || this.queuedMs + ms <= this.#options.roomMs;
    return this.#until(fits, options);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
    this.#queue.clear();
    this.#waits.close(closedError());
  }

  get #drained(): boolean {
    return !this.#paused && this.#queue.length === 0 && this.#sent.isPlayed;
  }

  #beat(beats: number): void {
    const wasDrained = this.#drained;
    this.#ahead -= Math.min(beats, mostBeatsBehind);
    this.#sent.due(this.#ahead);
    // Time that passed unsent is silence: speech is delayed by it, never hurried after it.
    while (this.#ahead < -1) this.#send(undefined);
    this.#sendDue();
    if (this.#ahead < 0) this.#send(undefined);
    if (!wasDrained) this.#settle();
    else this.#wake();
  }

  #sendDue(): void {
    if (this.#paused) return;
    while (this.#ahead * frameMs < this.#options.aheadMs && this.#frameReady) {
      const speechMs = Math.min(frameMs, this.queuedMs);
      const frame = this.#queue.take(speakerFrameSamples);
      this.#sent.push(frame.slice(0, Math.round(speechMs * samplesPerMs)));
      const started = !this.#speaking;
      this.#speaking = true;
      this.#send(this.#fadeNextIn ? fadeIn(frame, fadeSamples) : frame, speechMs);
      this.#fadeNextIn = false;
      if (started) this.emit("started", undefined);
    }
  }

  /** A part of a frame waits for more as long as it is not due. */
  get #frameReady(): boolean {
    if (this.#queue.length >= speakerFrameSamples) return true;
    return this.#queue.length > 0 && this.#ahead < 0;
  }

  #send(frame: Pcm | undefined, speechMs?: number): void {
    this.#ahead += 1;
    this.#sent.sent(speechMs, this.#ahead);
    if (frame === undefined) this.#speaking = false;
    this.#options.sink.sendFrame(frame);
  }

  #settle(): void {
    if (this.#drained) this.#sent.forgetSound(); // another reply's sound is not said again
    this.#wake();
    if (this.#drained) this.emit("drained", undefined);
  }

  #wake(): void {
    this.#waits.wake();
  }

  #until(reached: () => boolean, options: WaitOptions): Promise<void> {
    return this.#waits.until(reached, options);
  }
}

function closedError(): LLMRTCError {
  return new LLMRTCError("CLOSED", "The call has ended");
}
