import {
  radix2,
  radix3,
  radix4,
  radix5,
  type Butterfly,
  type Complex,
  type Pass,
} from "./butterflies.ts";

interface Step {
  readonly butterfly: Butterfly;
  readonly pass: Pass;
}

/**
 * Fourier transform of real signals of one even length, both ways. A real signal of length n is
 * taken as n/2 complex numbers, which halves the work; those go through a Stockham transform with
 * radices 4, 5, 3 and 2.
 *
 * An instance has its own work space: use it from one place at a time.
 */
export class RealFft {
  readonly length: number;
  /** Bins of the spectrum: `length / 2 + 1`. */
  readonly bins: number;
  readonly #half: number;
  readonly #steps: readonly Step[];
  /** e^(-2πi·k/length), which tell the even samples' spectrum from the odd samples'. */
  readonly #split: Complex;
  readonly #front: Complex;
  readonly #back: Complex;

  /** @throws {RangeError} unless `length` is even and has no prime factor above 5 */
  constructor(length: number) {
    if (!Number.isInteger(length / 2) || length < 2) throw new RangeError("length must be even");
    this.length = length;
    this.#half = length / 2;
    this.bins = this.#half + 1;
    this.#steps = plan(this.#half);
    this.#split = roots(length, this.#half + 1);
    this.#front = complex(this.#half);
    this.#back = complex(this.#half);
  }

  /** Spectrum of `signal[offset … offset + length) × window`, bins 0 to length/2. */
  forward(signal: Float32Array, offset: number, window: Float64Array, spectrum: Complex): void {
    const half = this.#half;
    const { re: evens, im: odds } = this.#front;
    for (let k = 0; k < half; k++) {
      evens[k] = (signal[offset + 2 * k] ?? 0) * (window[2 * k] ?? 0);
      odds[k] = (signal[offset + 2 * k + 1] ?? 0) * (window[2 * k + 1] ?? 0);
    }
    const { re, im } = this.#transform();
    const { re: splitR, im: splitM } = this.#split;
    const { re: outR, im: outM } = spectrum;
    const zeroR = re[0] ?? 0;
    const zeroM = im[0] ?? 0;
    outR[0] = zeroR + zeroM;
    outR[half] = zeroR - zeroM;
    outM[0] = outM[half] = 0;
    for (let k = 1; k < half; k++) {
      const r = re[k] ?? 0;
      const m = im[k] ?? 0;
      const mirrorR = re[half - k] ?? 0;
      const mirrorM = -(im[half - k] ?? 0);
      const oddR = (m - mirrorM) / 2;
      const oddM = (mirrorR - r) / 2;
      const turnR = splitR[k] ?? 0;
      const turnM = splitM[k] ?? 0;
      outR[k] = (r + mirrorR) / 2 + oddR * turnR - oddM * turnM;
      outM[k] = (m + mirrorM) / 2 + oddR * turnM + oddM * turnR;
    }
  }

  /**
   * Adds the signal of `spectrum`, times `window`, to `signal[offset … offset + length)`. The imaginary
   * parts of the first and the last bin have no meaning in a real signal and must be 0.
   */
  addInverse(spectrum: Complex, window: Float64Array, signal: Float32Array, offset: number): void {
    const half = this.#half;
    const { re, im } = spectrum;
    const { re: splitR, im: splitM } = this.#split;
    // The inverse transform is the forward one of the conjugate, conjugated.
    const { re: inR, im: inM } = this.#front;
    inR[0] = ((re[0] ?? 0) + (re[half] ?? 0)) / 2;
    inM[0] = -((re[0] ?? 0) - (re[half] ?? 0)) / 2;
    for (let k = 1; k < half; k++) {
      const r = re[k] ?? 0;
      const m = im[k] ?? 0;
      const mirrorR = re[half - k] ?? 0;
      const mirrorM = -(im[half - k] ?? 0);
      const diffR = (r - mirrorR) / 2;
      const diffM = (m - mirrorM) / 2;
      const turnR = splitR[k] ?? 0;
      const turnM = splitM[k] ?? 0;
      inR[k] = (r + mirrorR) / 2 - (diffM * turnR - diffR * turnM);
      inM[k] = -((m + mirrorM) / 2 + diffR * turnR + diffM * turnM);
    }
    const { re: evens, im: odds } = this.#transform();
    for (let k = 0; k < half; k++) {
      const i = offset + 2 * k;
      signal[i] = (signal[i] ?? 0) + ((evens[k] ?? 0) / half) * (window[2 * k] ?? 0);
      signal[i + 1] = (signal[i + 1] ?? 0) - ((odds[k] ?? 0) / half) * (window[2 * k + 1] ?? 0);
    }
  }

  /** Transforms what is in `#front`; the answer lies in one of the two work spaces. */
  #transform(): Complex {
    let from = this.#front;
    let to = this.#back;
    for (const { butterfly, pass } of this.#steps) {
      butterfly(pass, from, to);
      [from, to] = [to, from];
    }
    return from;
  }
}

const butterflies: readonly (readonly [radix: number, butterfly: Butterfly])[] = [
  [4, radix4],
  [5, radix5],
  [3, radix3],
  [2, radix2],
];

function plan(length: number): Step[] {
  const unity = roots(length, length);
  const steps: Step[] = [];
  let left = length;
  for (const [radix, butterfly] of butterflies) {
    while (left % radix === 0) {
      const span = left / radix;
      steps.push({ butterfly, pass: { span, stride: length / left, roots: unity } });
      left = span;
    }
  }
  if (left !== 1) throw new RangeError("length must have no prime factor above 5");
  return steps;
}

function roots(length: number, count: number): Complex {
  const turn = (k: number) => (-2 * Math.PI * k) / length;
  return {
    re: Float64Array.from({ length: count }, (_, k) => Math.cos(turn(k))),
    im: Float64Array.from({ length: count }, (_, k) => Math.sin(turn(k))),
  };
}

/** Room for `length` complex numbers. */
export function complex(length: number): Complex {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}
