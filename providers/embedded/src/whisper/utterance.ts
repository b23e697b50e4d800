import { rms } from "@metered/llmrtc-core";

const blockSamples = 1_600; // 100 ms at 16 kHz
/** A block this far below the loudest (20 dB) is a pause. */
const pauseRatio = 0.1;

/** What one caller has said so far, growing as it comes; 16 kHz mono. */
export class Utterance {
  #samples = new Int16Array(4 * 16_000);
  #length = 0;
  #measured = 0;
  #loudest = 0;
  #lastBlock = 0;

  get length(): number {
    return this.#length;
  }

  /** All of it, a view that is good until the next `append`. */
  get pcm(): Int16Array {
    return this.#samples.subarray(0, this.#length);
  }

  /** Whether the last tenth of a second was as quiet as a pause between words. */
  get pausing(): boolean {
    return this.#lastBlock <= this.#loudest * pauseRatio;
  }

  append(pcm: Int16Array): void {
    const length = this.#length + pcm.length;
    if (length > this.#samples.length) {
      const grown = new Int16Array(Math.max(length, this.#samples.length * 2));
      grown.set(this.pcm);
      this.#samples = grown;
    }
    this.#samples.set(pcm, this.#length);
    this.#length = length;
    this.#measure();
  }

  /** Forgets the first `count` samples, handing them out. */
  take(count: number): Int16Array {
    const head = this.#samples.slice(0, count);
    this.#samples.copyWithin(0, count, this.#length);
    this.#length -= count;
    this.#measured = Math.max(0, this.#measured - count);
    return head;
  }

  #measure(): void {
    for (; this.#measured + blockSamples <= this.#length; this.#measured += blockSamples) {
      this.#lastBlock = rms(this.#samples.subarray(this.#measured, this.#measured + blockSamples));
      this.#loudest = Math.max(this.#loudest, this.#lastBlock);
    }
  }
}
