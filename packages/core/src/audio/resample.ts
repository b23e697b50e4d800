import type { Pcm } from "./pcm.ts";
import { sincFilter, type SincFilter } from "./sinc-filter.ts";

/**
 * Changes the sample rate of one mono stream, in runs of any length: how the input is cut never
 * changes the output. What the lower rate cannot carry is filtered out (at least 60 dB down), about
 * 80 % of its band passes untouched.
 *
 * Output sample m is the sound at the time of input sample m × fromRate / toRate: nothing is shifted.
 * `process` holds back the last 24 samples of the lower rate (3 ms at 8 kHz, 1 ms at 24 kHz) until
 * more input or `flush` comes. With n samples in, exactly ceil(n × toRate / fromRate) come out.
 */
export class Resampler {
  readonly #filter: SincFilter | undefined;
  /** Input that later output still needs, in 16-bit units. */
  #input = new Float32Array(0);
  #filled = 0;
  /** Input sample at or just before the next output sample, as an index into `#input`. */
  #at = 0;
  /** How far the next output sample lies behind `#at`, in steps of 1 / `filter.up` sample. */
  #phase = 0;

  /** @throws {RangeError} unless both rates are whole numbers from 4 000 to 192 000 */
  constructor(fromRate: number, toRate: number) {
    for (const rate of [fromRate, toRate]) {
      if (!Number.isInteger(rate) || rate < 4000 || rate > 192_000) {
        throw new RangeError(`Unsupported sample rate: ${rate}`);
      }
    }
    this.#filter = fromRate === toRate ? undefined : sincFilter(fromRate, toRate);
    this.#restart();
  }

  /** @returns the output that is settled, in memory of its own; may be empty */
  process(pcm: Pcm): Pcm {
    if (!this.#filter) return pcm.slice();
    this.#append(pcm);
    return this.#convolve(this.#filter, this.#filled - this.#filter.reach);
  }

  /** The rest of the output. Afterwards the resampler is as new. */
  flush(): Pcm {
    if (!this.#filter) return new Int16Array(0);
    const end = this.#filled;
    this.#append(new Int16Array(this.#filter.reach));
    const pcm = this.#convolve(this.#filter, end);
    this.#restart();
    return pcm;
  }

  #restart(): void {
    const silence = (this.#filter?.reach ?? 1) - 1; // before the first sample
    this.#input = new Float32Array(silence);
    this.#filled = silence;
    this.#at = silence;
    this.#phase = 0;
  }

  #append(pcm: Pcm): void {
    const length = this.#filled + pcm.length;
    if (length > this.#input.length) {
      const grown = new Float32Array(length * 2);
      grown.set(this.#input.subarray(0, this.#filled));
      this.#input = grown;
    }
    this.#input.set(pcm, this.#filled);
    this.#filled = length;
  }

  /** Output for all positions before `end`, then forgets the input that nobody needs any more. */
  #convolve({ up, down, reach, taps }: SincFilter, end: number): Pcm {
    const count = Math.max(0, Math.ceil(((end - this.#at) * up - this.#phase) / down));
    const output = new Int16Array(count);
    const input = this.#input;
    const width = reach * 2;
    for (let i = 0; i < count; i++) {
      const first = this.#at - reach + 1;
      const row = this.#phase * width;
      let sum = 0;
      for (let k = 0; k < width; k++) sum += (input[first + k] ?? 0) * (taps[row + k] ?? 0);
      output[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
      const next = this.#phase + down;
      this.#at += Math.floor(next / up);
      this.#phase = next % up;
    }
    const unneeded = this.#at - reach + 1;
    input.copyWithin(0, unneeded, this.#filled);
    this.#filled -= unneeded;
    this.#at -= unneeded;
    return output;
  }
}
