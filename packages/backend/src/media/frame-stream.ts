import { frameMs, type Microphone, type Pcm } from "@metered/llmrtc-core";

/**
 * Frames on their way from a microphone to their one reader. When the reader is slow the oldest
 * go, so that what it hears stays recent.
 */
export class FrameStream implements Microphone {
  readonly #waiting: Pcm[] = [];
  readonly #bound: number;
  #wake: (() => void) | undefined;
  #ended = false;

  /** @param bound how many frames may wait unread */
  constructor(bound: number) {
    this.#bound = bound;
  }

  get unreadMs(): number {
    return this.#waiting.length * frameMs;
  }

  push(frame: Pcm): void {
    if (this.#ended) return;
    if (this.#waiting.length >= this.#bound) this.#waiting.shift();
    this.#waiting.push(frame);
    this.#wakeReader();
  }

  /** The reader gets what still waits and then the end. */
  end(): void {
    this.#ended = true;
    this.#wakeReader();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Pcm> {
    for (;;) {
      const frame = this.#waiting.shift();
      if (frame !== undefined) yield frame;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
