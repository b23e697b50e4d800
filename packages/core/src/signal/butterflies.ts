/** Complex numbers in two arrays of equal length. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** One step of a Stockham transform: `radix × span × stride` numbers are read and written once. */
export interface Pass {
  /** Transforms of length `radix · span` are left to do … */
  readonly span: number;
  /** … this many of them, interleaved. */
  readonly stride: number;
  /** e^(-2πi·k/length) for the whole transform. */
  readonly roots: Complex;
}

/** Decimation in frequency: butterfly of `radix` numbers, then the turn of each output but the first. */
export type Butterfly = (pass: Pass, from: Complex, to: Complex) => void;

// Indices stay in bounds by construction; `?? 0` satisfies noUncheckedIndexedAccess and costs nothing
// once the loops are compiled, because V8 knows that a typed array holds only numbers.

export const radix2: Butterfly = ({ span, stride, roots }, from, to) => {
  const { re: ar, im: ai } = from;
  const { re: br, im: bi } = to;
  for (let p = 0; p < span; p++) {
    const wr = roots.re[p * stride] ?? 0;
    const wi = roots.im[p * stride] ?? 0;
    for (let q = 0; q < stride; q++) {
      const i0 = q + stride * p;
      const i1 = i0 + stride * span;
      const out = q + stride * 2 * p;
      const r0 = ar[i0] ?? 0;
      const m0 = ai[i0] ?? 0;
      const r1 = ar[i1] ?? 0;
      const m1 = ai[i1] ?? 0;
      br[out] = r0 + r1;
      bi[out] = m0 + m1;
      const r = r0 - r1;
      const m = m0 - m1;
      br[out + stride] = r * wr - m * wi;
      bi[out + stride] = r * wi + m * wr;
    }
  }
};

const sin60 = Math.sqrt(3) / 2;

export const radix3: Butterfly = ({ span, stride, roots }, from, to) => {
  const { re: ar, im: ai } = from;
  const { re: br, im: bi } = to;
  for (let p = 0; p < span; p++) {
    const w1r = roots.re[p * stride] ?? 0;
    const w1i = roots.im[p * stride] ?? 0;
    const w2r = roots.re[2 * p * stride] ?? 0;
    const w2i = roots.im[2 * p * stride] ?? 0;
    for (let q = 0; q < stride; q++) {
      const i0 = q + stride * p;
      const i1 = i0 + stride * span;
      const i2 = i1 + stride * span;
      const out = q + stride * 3 * p;
      const r0 = ar[i0] ?? 0;
      const m0 = ai[i0] ?? 0;
      const r1 = ar[i1] ?? 0;
      const m1 = ai[i1] ?? 0;
      const r2 = ar[i2] ?? 0;
      const m2 = ai[i2] ?? 0;
      const sumR = r1 + r2;
      const sumM = m1 + m2;
      const turnR = (r1 - r2) * sin60;
      const turnM = (m1 - m2) * sin60;
      const restR = r0 - sumR / 2;
      const restM = m0 - sumM / 2;
      br[out] = r0 + sumR;
      bi[out] = m0 + sumM;
      const y1r = restR + turnM;
      const y1m = restM - turnR;
      br[out + stride] = y1r * w1r - y1m * w1i;
      bi[out + stride] = y1r * w1i + y1m * w1r;
      const y2r = restR - turnM;
      const y2m = restM + turnR;
      br[out + 2 * stride] = y2r * w2r - y2m * w2i;
      bi[out + 2 * stride] = y2r * w2i + y2m * w2r;
    }
  }
};

export const radix4: Butterfly = ({ span, stride, roots }, from, to) => {
  const { re: ar, im: ai } = from;
  const { re: br, im: bi } = to;
  for (let p = 0; p < span; p++) {
    const w1r = roots.re[p * stride] ?? 0;
    const w1i = roots.im[p * stride] ?? 0;
    const w2r = roots.re[2 * p * stride] ?? 0;
    const w2i = roots.im[2 * p * stride] ?? 0;
    const w3r = roots.re[3 * p * stride] ?? 0;
    const w3i = roots.im[3 * p * stride] ?? 0;
    for (let q = 0; q < stride; q++) {
      const i0 = q + stride * p;
      const i1 = i0 + stride * span;
      const i2 = i1 + stride * span;
      const i3 = i2 + stride * span;
      const out = q + stride * 4 * p;
      const evenR = (ar[i0] ?? 0) + (ar[i2] ?? 0);
      const evenM = (ai[i0] ?? 0) + (ai[i2] ?? 0);
      const evenDiffR = (ar[i0] ?? 0) - (ar[i2] ?? 0);
      const evenDiffM = (ai[i0] ?? 0) - (ai[i2] ?? 0);
      const oddR = (ar[i1] ?? 0) + (ar[i3] ?? 0);
      const oddM = (ai[i1] ?? 0) + (ai[i3] ?? 0);
      const oddDiffR = (ar[i1] ?? 0) - (ar[i3] ?? 0);
      const oddDiffM = (ai[i1] ?? 0) - (ai[i3] ?? 0);
      br[out] = evenR + oddR;
      bi[out] = evenM + oddM;
      const y1r = evenDiffR + oddDiffM;
      const y1m = evenDiffM - oddDiffR;
      br[out + stride] = y1r * w1r - y1m * w1i;
      bi[out + stride] = y1r * w1i + y1m * w1r;
      const y2r = evenR - oddR;
      const y2m = evenM - oddM;
      br[out + 2 * stride] = y2r * w2r - y2m * w2i;
      bi[out + 2 * stride] = y2r * w2i + y2m * w2r;
      const y3r = evenDiffR - oddDiffM;
      const y3m = evenDiffM + oddDiffR;
      br[out + 3 * stride] = y3r * w3r - y3m * w3i;
      bi[out + 3 * stride] = y3r * w3i + y3m * w3r;
    }
  }
};

const cos72 = Math.cos((2 * Math.PI) / 5);
const sin72 = Math.sin((2 * Math.PI) / 5);
const cos144 = Math.cos((4 * Math.PI) / 5);
const sin144 = Math.sin((4 * Math.PI) / 5);

export const radix5: Butterfly = ({ span, stride, roots }, from, to) => {
  const { re: ar, im: ai } = from;
  const { re: br, im: bi } = to;
  for (let p = 0; p < span; p++) {
    const w1r = roots.re[p * stride] ?? 0;
    const w1i = roots.im[p * stride] ?? 0;
    const w2r = roots.re[2 * p * stride] ?? 0;
    const w2i = roots.im[2 * p * stride] ?? 0;
    const w3r = roots.re[3 * p * stride] ?? 0;
    const w3i = roots.im[3 * p * stride] ?? 0;
    const w4r = roots.re[4 * p * stride] ?? 0;
    const w4i = roots.im[4 * p * stride] ?? 0;
    for (let q = 0; q < stride; q++) {
      const i0 = q + stride * p;
      const i1 = i0 + stride * span;
      const i2 = i1 + stride * span;
      const i3 = i2 + stride * span;
      const i4 = i3 + stride * span;
      const out = q + stride * 5 * p;
      const r0 = ar[i0] ?? 0;
      const m0 = ai[i0] ?? 0;
      // The pairs (1, 4) and (2, 3) meet conjugate fifth roots: their sums and differences suffice.
      const nearR = (ar[i1] ?? 0) + (ar[i4] ?? 0);
      const nearM = (ai[i1] ?? 0) + (ai[i4] ?? 0);
      const nearDiffR = (ar[i1] ?? 0) - (ar[i4] ?? 0);
      const nearDiffM = (ai[i1] ?? 0) - (ai[i4] ?? 0);
      const farR = (ar[i2] ?? 0) + (ar[i3] ?? 0);
      const farM = (ai[i2] ?? 0) + (ai[i3] ?? 0);
      const farDiffR = (ar[i2] ?? 0) - (ar[i3] ?? 0);
      const farDiffM = (ai[i2] ?? 0) - (ai[i3] ?? 0);
      br[out] = r0 + nearR + farR;
      bi[out] = m0 + nearM + farM;
      const restAR = r0 + cos72 * nearR + cos144 * farR;
      const restAM = m0 + cos72 * nearM + cos144 * farM;
      const turnAR = sin72 * nearDiffM + sin144 * farDiffM;
      const turnAM = -(sin72 * nearDiffR + sin144 * farDiffR);
      const restBR = r0 + cos144 * nearR + cos72 * farR;
      const restBM = m0 + cos144 * nearM + cos72 * farM;
      const turnBR = sin144 * nearDiffM - sin72 * farDiffM;
      const turnBM = -(sin144 * nearDiffR - sin72 * farDiffR);
      const y1r = restAR + turnAR;
      const y1m = restAM + turnAM;
      br[out + stride] = y1r * w1r - y1m * w1i;
      bi[out + stride] = y1r * w1i + y1m * w1r;
      const y2r = restBR + turnBR;
      const y2m = restBM + turnBM;
      br[out + 2 * stride] = y2r * w2r - y2m * w2i;
      bi[out + 2 * stride] = y2r * w2i + y2m * w2r;
      const y3r = restBR - turnBR;
      const y3m = restBM - turnBM;
      br[out + 3 * stride] = y3r * w3r - y3m * w3i;
      bi[out + 3 * stride] = y3r * w3i + y3m * w3r;
      const y4r = restAR - turnAR;
      const y4m = restAM - turnAM;
      br[out + 4 * stride] = y4r * w4r - y4m * w4i;
      bi[out + 4 * stride] = y4r * w4i + y4m * w4r;
    }
  }
};
