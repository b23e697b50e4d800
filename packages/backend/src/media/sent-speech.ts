import { type Pcm, resumePoint, speakerFormat } from "@metered/llmrtc-core";
import { type Attested, HeardFrames } from "./heard-frames.ts";
import { SentSound } from "./sent-sound.ts";

const samplesPerMs = speakerFormat.sampleRate / 1000;

/** How it was when a pause began. */
export interface Pause {
  /** Speech that should have been heard. */
  readonly playedMs: number;
  /** Frames of call time sent. */
  readonly frame: number;
}

/** What has left for the caller: how much of it he should have heard, and how much he has. */
export class SentSpeech {
  readonly #heard = new HeardFrames();
  readonly #sound = new SentSound();
  #sentMs = 0;
  /** How much of each frame that is not due yet is speech. */
  #ahead: number[] = [];

  /** Speech sent since the call began, in milliseconds. */
  get sentMs(): number {
    return this.#sentMs;
  }

  /** Of it, what should have been heard: its time has come. */
  get playedMs(): number {
    return this.#sentMs - this.#ahead.reduce((sum, ms) => sum + ms, 0);
  }

  /** All of it should have been heard. */
  get isPlayed(): boolean {
    return this.#ahead.length === 0;
  }

  /** Frames of call time sent. */
  get frames(): number {
    return this.#heard.frames;
  }

  /** What the caller's end has said last. */
  get attested(): Attested | undefined {
    return this.#heard.attested;
  }

  get now(): Pause {
    return { playedMs: this.playedMs, frame: this.frames };
  }

  /** See `Playout.frameOf`. */
  frameOf(ms: number): number {
    return this.#heard.frameOf(ms);
  }

  /** See `Playout.attest`. */
  attest(unheardMs: number, agoMs: number): void {
    this.#heard.attest(unheardMs, agoMs);
  }

  /** Speech that leaves with the next frame. */
  push(pcm: Pcm): void {
    this.#sound.push(pcm);
  }

  /**
   * One more frame has left.
   *
   * @param speechMs how much of it is speech; undefined: it is silence
   * @param framesAhead frames that have been sent and are not due yet, this one included
   */
  sent(speechMs: number | undefined, framesAhead: number): void {
    this.#sentMs += speechMs ?? 0;
    this.#heard.sent(this.#sentMs);
    if (speechMs !== undefined && framesAhead > 0) this.#ahead.push(speechMs);
  }

  /** Time has passed. */
  due(framesAhead: number): void {
    this.#ahead = framesAhead > 0 ? this.#ahead.slice(-framesAhead) : [];
  }

  /** What was sent so far is not said again. */
  forgetSound(): void {
    this.#sound.clear();
  }

  /** What the caller had heard when his end fell silent: as it says, else as it should have been. */
  heardUntil({ playedMs, frame }: Pause): number {
    const { attested } = this.#heard;
    const told = attested && attested.frame >= frame ? attested.heardMs : playedMs;
    return Math.min(this.#sentMs, Math.max(told, attested?.heardMs ?? 0));
  }

  /** What is behind `heardMs` was not heard: it counts as not sent. */
  takeBack(heardMs: number): void {
    this.#heard.takeBack(heardMs);
    this.#sentMs = Math.min(this.#sentMs, heardMs);
    this.#ahead = [];
  }

  /**
   * The same, from the start of the word that was cut there.
   *
   * @returns the sound that is to be said again
   */
  takeBackWord(heardMs: number): Pcm {
    const unheard = Math.round((this.#sentMs - heardMs) * samplesPerMs);
    const word = resumePoint(this.#sound.before(unheard)) * samplesPerMs;
    const again = this.#sound.takeBack(unheard + word);
    const fromMs = this.#sentMs - again.length / samplesPerMs;
    this.takeBack(heardMs);
    this.#sentMs = fromMs;
    return again;
  }
}
