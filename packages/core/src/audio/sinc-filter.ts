/** A low-pass filter that is read at `up` positions between two input samples. */
export interface SincFilter {
  /** Output rate and input rate, divided by what they have in common. */
  readonly up: number;
  readonly down: number;
  /** Input samples that are looked at on either side of an output sample. */
  readonly reach: number;
  /** `up` rows of `2 × reach` weights; row p is for an output p / up after an input sample. */
  readonly taps: Float32Array;
}

/** Samples of the lower rate on either side; with `stopDb` it sets how steep the filter is. */
const zeroCrossings = 24;
const stopDb = 64;

/**
 * Windowed-sinc filter between two rates: Kaiser window, designed after Kaiser's formulas so that the
 * stop band begins at half the lower rate (Oppenheim, Schafer: Discrete-Time Signal Processing, 7.5).
 */
export function sincFilter(fromRate: number, toRate: number): SincFilter {
  const common = greatestCommonDivisor(fromRate, toRate);
  const up = toRate / common;
  const down = fromRate / common;
  const lower = Math.min(1, toRate / fromRate); // bandwidth of the output, in that of the input
  const reach = Math.ceil(zeroCrossings / lower);
  const transition = (stopDb - 7.95) / (2.285 * 2 * zeroCrossings * Math.PI);
  const cutoff = lower * (1 - transition / 2);
  const beta = 0.1102 * (stopDb - 8.7);

  const taps = new Float32Array(up * reach * 2);
  for (let phase = 0; phase < up; phase++) {
    const row = taps.subarray(phase * reach * 2, (phase + 1) * reach * 2);
    for (let k = 0; k < row.length; k++) {
      const distance = k - reach + 1 - phase / up;
      row[k] = sinc(distance * cutoff) * kaiser(distance / reach, beta);
    }
    const sum = row.reduce((total, tap) => total + tap, 0);
    for (let k = 0; k < row.length; k++) row[k] = (row[k] ?? 0) / sum; // a constant stays itself
  }
  return { up, down, reach, taps };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** @param x position in the window, -1 to 1 */
function kaiser(x: number, beta: number): number {
  return bessel0(beta * Math.sqrt(Math.max(0, 1 - x * x)));
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
