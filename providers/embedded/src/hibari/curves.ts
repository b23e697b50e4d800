/**
 * A function of one variable as a table of its values, read with a straight line between two of them.
 * The vocoder evaluates exp, tanh and cosines some four million times per second of speech.
 */
export interface Curve {
  readonly from: number;
  readonly to: number;
  /** Steps of the table per unit of x. */
  readonly perUnit: number;
  readonly values: Float32Array;
}

export function curve(f: (x: number) => number, from: number, to: number, steps: number): Curve {
  const perUnit = steps / (to - from);
  // Two values more than steps: reading at `to` itself looks one step beyond it.
  const values = Float32Array.from({ length: steps + 2 }, (_, i) => f(from + i / perUnit));
  return { from, to, perUnit, values };
}

/** Value at x; outside the table that of its nearer end. */
export function valueAt(curve: Curve, x: number): number {
  const inside = x > curve.to ? curve.to : x < curve.from ? curve.from : x;
  const place = (inside - curve.from) * curve.perUnit;
  const i = place | 0;
  const left = curve.values[i] ?? 0;
  return left + (place - i) * ((curve.values[i + 1] ?? 0) - left);
}
