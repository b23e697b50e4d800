import type { Pcm } from "./pcm.ts";

/** One float sample, -1 to 1, as a 16-bit sample. What is louder is clipped; NaN is silence. */
export function toSample(value: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768) || 0));
}

/** Float samples, -1 to 1, as 16-bit samples. What is louder is clipped; NaN is silence. */
export function pcmFromFloats(floats: ArrayLike<number>): Pcm {
  return Int16Array.from(floats, toSample);
}

/** 16-bit samples as floats, -1 (inclusive) to 1 (exclusive). */
export function floatsFromPcm(pcm: Pcm): Float32Array {
  return Float32Array.from(pcm, (sample) => sample / 32_768);
}
