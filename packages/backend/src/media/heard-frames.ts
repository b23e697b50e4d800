import { frameMs } from "@metered/llmrtc-core";

/** What the caller's end said of its playing. */
export interface Attested {
  /** Speech heard since the call began. */
  readonly heardMs: number;
  /** How long it was so when it was said. */
  readonly agoMs: number;
  /** Count of call time's frames when it was said. */
  readonly frame: number;
}

/** A listener who is further behind than this (10 s) has lost the call. */
const framesRemembered = 500;

/** Which speech went with which frame of call time, so that a place in call time tells what was heard. */
export class HeardFrames {
  #frames = 0;
  /** Of the last frames: how much speech had been sent with each. */
  readonly #sentWith: number[] = [];
  #attested: Attested | undefined;

  /** Of call time, so far. */
  get frames(): number {
    return this.#frames;
  }

  get attested(): Attested | undefined {
    return this.#attested;
  }

  /** One more frame has left. @param sentMs all speech so far, with that frame's */
  sent(sentMs: number): void {
    this.#frames += 1;
    this.#sentWith.push(sentMs);
    if (this.#sentWith.length > 2 * framesRemembered) this.#sentWith.splice(0, framesRemembered);
  }

  /** What was sent behind `ms` of speech was not heard, and will be sent again. */
  takeBack(ms: number): void {
    for (let index = this.#sentWith.length - 1; index >= 0; index -= 1) {
      if ((this.#sentWith[index] ?? 0) <= ms) return;
      this.#sentWith[index] = ms;
    }
  }

  /** How many frames had been sent when the speech behind `ms` began. */
  frameOf(ms: number): number {
    const later = this.#sentWith.findIndex((sentMs) => sentMs > ms);
    const remembered = later < 0 ? this.#sentWith.length : later;
    return this.#frames - this.#sentWith.length + remembered;
  }

  /** See `Playout.attest`. What was heard once stays heard; a place that nobody knows tells nothing. */
  attest(unheardMs: number, agoMs: number): void {
    const before = this.#attested?.heardMs ?? 0;
    const index = this.#sentWith.length - 1 - Math.max(0, Math.ceil(unheardMs / frameMs));
    const heardMs = Math.max(before, this.#sentWith[index] ?? before);
    this.#attested = { heardMs, agoMs, frame: this.#frames };
  }
}
