import {
  Emitter,
  frameMs,
  LLMRTCError,
  type Pcm,
  resumePoint,
  speakerFormat,
} from "@metered/llmrtc-core";
import { fadeIn, fadeOut } from "./fade.ts";
import { speakerFrameSamples } from "./opus.ts";
import { type Attested, HeardFrames } from "./heard-frames.ts";
import { PcmQueue } from "./pcm-queue.ts";
import type { PlayoutClock } from "./playout-clock.ts";
import { SentSound } from "./sent-sound.ts";
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
  /** How far speech may run ahead of real time, in milliseconds; 60. */
  readonly aheadMs?: number;
  /** How much may be queued before `roomFor` waits, in milliseconds; 5000. */
  readonly roomMs?: number;
}

/** How it was when the pause began. */
interface Pause {
  /** Speech that should have been heard. */
  readonly playedMs: number;
  /** Frames of call time sent. */
  readonly frame: number;
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
  /** Speech sent so far in milliseconds, and how much of each frame still ahead is speech. */
  #sentMs = 0;
  #speechAhead: number[] = [];
  readonly #heard = new HeardFrames();
  readonly #sent = new SentSound();
  #speaking = false;
  #paused: Pause | undefined;
  #fadeNextIn = false;
  #closed = false;

  constructor(options: PlayoutOptions) {
    super();
    this.#options = { aheadMs: 60, roomMs: 5000, ...options };
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
    return this.#sentMs - this.#speechAhead.reduce((sum, ms) => sum + ms, 0);
  }

  /** Speech sent since the call began, in milliseconds: more than played by what is not due yet. */
  get sentMs(): number {
    return this.#sentMs;
  }

  /** How many frames of call time had been sent when the speech behind `ms` began. */
  frameOf(ms: number): number {
    return this.#heard.frameOf(ms);
  }

  /** What the caller's end has said last. */
  get attested(): Attested | undefined {
    return this.#heard.attested;
  }

  /**
   * The caller's end says what it has played.
   *
   * @param unheardMs call time sent after that; infinite: it has played nothing
   * @param agoMs when it was so
   */
  attest(unheardMs: number, agoMs = 0): void {
    this.#heard.attest(unheardMs, agoMs);
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
      this.#sendSpeech(fadeOut(this.#queue.take(speakerFrameSamples), fadeSamples), fadeMs);
    }
    this.#sent.clear();
    this.#queue.clear();
    this.#speaking = false;
    this.#fadeNextIn = false;
    if (!wasDrained) this.#settle();
    return droppedMs;
  }

  /** Holds speech back, keeping what waits. Call time goes on. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = { playedMs: this.playedMs, frame: this.#heard.frames };
    if (!this.#speaking || this.#queue.length === 0) return;
    this.#sendSpeech(fadeOut(this.#queue.peek(speakerFrameSamples), fadeSamples), 0);
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
    const heardMs = silenced ? this.#heardUntil(paused) : this.#sentMs;
    const unheard = Math.round((this.#sentMs - heardMs) * samplesPerMs);
    if (unheard > 0 || this.#queue.length > 0) {
      const word = resumePoint(this.#sent.before(unheard)) * samplesPerMs;
      this.#sayAgain(unheard + word, heardMs);
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
    if (paused) this.#takeBack(this.#heardUntil(paused));
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
    return this.#until(() => this.#sentMs >= ms, options);
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
    const until = this.#heard.frames + withinMs / frameMs;
    const heard = () => (this.attested?.heardMs ?? 0) >= ms || this.#heard.frames >= until;
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

  /** What the caller had heard when his end fell silent: as it says, else as it should have been. */
  #heardUntil({ playedMs, frame }: Pause): number {
    const { attested } = this.#heard;
    const told = attested && attested.frame >= frame ? attested.heardMs : playedMs;
    return Math.min(this.#sentMs, Math.max(told, attested?.heardMs ?? 0));
  }

  #takeBack(heardMs: number): void {
    this.#heard.takeBack(heardMs);
    this.#sentMs = Math.min(this.#sentMs, heardMs);
    this.#speechAhead = [];
  }

  /** Puts the last `samples` before what waits. */
  #sayAgain(samples: number, heardMs: number): void {
    const again = this.#sent.takeBack(samples);
    const sentMs = this.#sentMs - again.length / samplesPerMs;
    this.#takeBack(heardMs);
    this.#sentMs = sentMs;
    this.#queue.unshift(again);
    this.#fadeNextIn = true;
  }

  get #drained(): boolean {
    return !this.#paused && this.#queue.length === 0 && this.#speechAhead.length === 0;
  }

  #beat(beats: number): void {
    const wasDrained = this.#drained;
    this.#ahead -= Math.min(beats, mostBeatsBehind);
    this.#speechAhead = this.#ahead > 0 ? this.#speechAhead.slice(-this.#ahead) : [];
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
      this.#sendSpeech(this.#fadeNextIn ? fadeIn(frame, fadeSamples) : frame, speechMs);
      this.#fadeNextIn = false;
      if (started) this.emit("started", undefined);
    }
  }

  /** A part of a frame waits for more as long as it is not due. */
  get #frameReady(): boolean {
    if (this.#queue.length >= speakerFrameSamples) return true;
    return this.#queue.length > 0 && this.#ahead < 0;
  }

  #sendSpeech(frame: Pcm, speechMs: number): void {
    this.#sentMs += speechMs;
    this.#send(frame);
    if (this.#ahead > 0) this.#speechAhead.push(speechMs);
  }

  #send(frame: Pcm | undefined): void {
    this.#ahead += 1;
    this.#heard.sent(this.#sentMs);
    if (frame === undefined) this.#speaking = false;
    this.#options.sink.sendFrame(frame);
  }

  #settle(): void {
    if (this.#drained) this.#sent.clear(); // another reply's sound is not said again
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
