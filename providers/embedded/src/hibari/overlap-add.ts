import { complex, RealFft } from "@metered/llmrtc-core";
import { bins, blockFrames, hann, hop, windowLength } from "./frames.ts";
import type { SpectrumBlock } from "./mix.ts";

const half = windowLength / 2;
const overlap = windowLength / hop;
const fft = new RealFft(windowLength);
const spectrum = complex(bins);

/**
 * Inverse transform of a piece: lays the frames' signals over each other and hands out what no later
 * frame will touch. `take` after each `blockFrames` frames at the latest.
 */
export class OverlapAdd {
  readonly #frames: number;
  #added = 0;
  /** Samples handed out so far, counted like `#sum` from half a window before the piece. */
  #done = half;
  /** Sums of the samples from `#start` on; room for one block and the tail that reaches out of it. */
  readonly #sum = new Float32Array((blockFrames + overlap) * hop);
  #start = 0;

  constructor(frames: number) {
    this.#frames = frames;
  }

  /** Adds the next frame, whose spectrum is in `spectra` from `at` on. */
  add(spectra: SpectrumBlock, at: number): void {
    spectrum.re.set(spectra.re.subarray(at, at + bins));
    spectrum.im.set(spectra.im.subarray(at, at + bins));
    spectrum.im[0] = spectrum.im[bins - 1] = 0;
    fft.addInverse(spectrum, hann, this.#sum, this.#added * hop - this.#start);
    this.#added++;
  }

  /** The finished samples since the last time. */
  take(): Float32Array {
    const end = this.#added === this.#frames ? this.#frames * hop + half : this.#added * hop;
    const length = Math.max(0, end - this.#done);
    const ready = new Float32Array(length);
    for (let n = 0; n < length; n++) {
      const i = this.#done + n;
      ready[n] = (this.#sum[i - this.#start] ?? 0) / windowSum(i, this.#frames);
    }
    this.#done = Math.max(end, half);
    this.#sum.copyWithin(0, this.#added * hop - this.#start);
    this.#sum.fill(0, (overlap - 1) * hop);
    this.#start = this.#added * hop;
    return ready;
  }
}

/** Sum of the squared windows over sample i: 1.5 inside, less where frames are missing at an end. */
function windowSum(i: number, frames: number): number {
  const newest = Math.floor(i / hop);
  if (newest >= overlap - 1 && newest < frames) return 1.5;
  let sum = 0;
  for (let frame = newest; frame > newest - overlap; frame--) {
    if (frame >= 0 && frame < frames) sum += (hann[i - frame * hop] ?? 0) ** 2;
  }
  return Math.max(sum, 1e-11);
}
