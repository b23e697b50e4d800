/** A power of two, so that an index wraps with a mask. */
const length = 8192;

/** Complex Gaussian noise of unit variance per part, real and imaginary in turn. The same every time. */
export const noiseTable = gaussian(length);
export const noiseMask = length - 1;

/** Index of the noise of `bin` in the block of frames `block`; add 2 per frame, wrap with `noiseMask`. */
export function noiseStart(seed: number, bin: number, block: number): number {
  return scramble(seed ^ Math.imul(bin + 1, 0x9e3779b1) ^ Math.imul(block + 1, 0x85ebca6b)) & ~1;
}

/** Box–Muller over a fixed sequence: a sentence sounds the same whenever it is spoken. */
function gaussian(count: number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform(i)));
    const angle = 2 * Math.PI * uniform(i + 1);
    out[i] = radius * Math.cos(angle);
    out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}

/** Above 0, at most 1. */
function uniform(i: number): number {
  return ((scramble(i + 1) >>> 0) + 1) / 2 ** 32;
}

/** Turns neighbouring integers into unrelated ones (the finaliser of MurmurHash3). */
function scramble(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
