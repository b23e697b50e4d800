import { complex, melBank, RealFft } from "@metered/llmrtc-core";

/** Rows of the picture: mel bands from 0 to 8 kHz. */
export const melBands = 80;
/** Columns of the picture: 8 s. */
export const pictureFrames = 800;
/** Samples from one frame to the next: 10 ms at 16 kHz. */
export const hop = 160;
/** Samples under one frame's window: 25 ms. A frame is centred on a multiple of `hop`. */
export const windowLength = 400;

const fft = new RealFft(windowLength);
const spectrum = complex(fft.bins);
const power = new Float64Array(fft.bins);
const hann = Float64Array.from(
  { length: windowLength },
  (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / windowLength),
);
const { bands } = melBank(melBands, fft.bins, 16_000);

/**
 * A constant added to the signal reaches only bins 0 and 1 under a Hann window, and no band uses bin 0.
 * These bands use bin 1, with these weights.
 */
const lowBands = bands
  .map(({ firstBin, weights }, band) => ({ band, weight: weights[1 - firstBin] ?? 0 }))
  .filter(({ weight }) => weight > 0);
/** What a constant of 1 adds to bin 1: a quarter of the window's length, turned by half a circle. */
const constantInBin1 = -windowLength / 4;

/** Energies of one frame of sound, of which a mean and a scale are not known yet. */
export class FrameRing {
  readonly #capacity: number;
  readonly #levels: Float32Array;
  /** Per frame: bin 1 (re, im), then each low band's energy without bin 1. */
  readonly #low: Float64Array;
  readonly #lowWidth = 2 + lowBands.length;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#levels = new Float32Array(capacity * melBands);
    this.#low = new Float64Array(capacity * this.#lowWidth);
  }

  /** Measures frame `index`, whose window begins at `signal[offset]`. The oldest frame goes. */
  measure(index: number, signal: Float32Array, offset: number): void {
    measurePower(signal, offset);
    const slot = this.#slot(index);
    const low = slot * this.#lowWidth;
    this.#low[low] = spectrum.re[1] ?? 0;
    this.#low[low + 1] = spectrum.im[1] ?? 0;
    power[1] = 0;
    for (let band = 0; band < melBands; band++) {
      this.#levels[slot * melBands + band] = Math.log10(energyOf(band));
    }
    for (const [i, { band }] of lowBands.entries()) this.#low[low + 2 + i] = energyOf(band);
  }

  /**
   * Writes frame `index` as if its signal had been `(signal - mean) / scale`.
   *
   * @returns the loudest level written
   */
  write(
    index: number,
    { mean, scale }: { readonly mean: number; readonly scale: number },
    picture: Float32Array,
    column: number,
  ): number {
    const slot = this.#slot(index);
    const shift = 2 * Math.log10(scale);
    let loudest = -Infinity;
    for (let band = 0; band < melBands; band++) {
      const level = (this.#levels[slot * melBands + band] ?? 0) - shift;
      picture[band * pictureFrames + column] = level;
      if (level > loudest) loudest = level;
    }
    const low = slot * this.#lowWidth;
    const re = (this.#low[low] ?? 0) - mean * constantInBin1;
    const im = this.#low[low + 1] ?? 0;
    for (const [i, { band, weight }] of lowBands.entries()) {
      const energy = (this.#low[low + 2 + i] ?? 0) + weight * (re * re + im * im);
      const level = Math.log10(energy / (scale * scale));
      picture[band * pictureFrames + column] = level;
      if (level > loudest) loudest = level;
    }
    return loudest;
  }

  #slot(index: number): number {
    return ((index % this.#capacity) + this.#capacity) % this.#capacity;
  }
}

/** Measures `signal` as it stands and writes it. @returns the loudest level written */
export function writeFrame(signal: Float32Array, picture: Float32Array, column: number): number {
  measurePower(signal, 0);
  let loudest = -Infinity;
  for (let band = 0; band < melBands; band++) {
    const level = Math.log10(energyOf(band));
    picture[band * pictureFrames + column] = level;
    if (level > loudest) loudest = level;
  }
  return loudest;
}

function measurePower(signal: Float32Array, offset: number): void {
  fft.forward(signal, offset, hann, spectrum);
  const { re, im } = spectrum;
  for (let bin = 0; bin < power.length; bin++) {
    power[bin] = (re[bin] ?? 0) ** 2 + (im[bin] ?? 0) ** 2;
  }
}

function energyOf(band: number): number {
  const { firstBin, weights } = bands[band] ?? { firstBin: 0, weights: new Float64Array(0) };
  let energy = 0;
  for (let i = 0; i < weights.length; i++) energy += (weights[i] ?? 0) * (power[firstBin + i] ?? 0);
  return energy;
}
