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

/** Runs of samples as one. */
export function joined(runs: readonly Pcm[]): Pcm {
  const all = new Int16Array(runs.reduce((length, run) => length + run.length, 0));
  let at = 0;
  for (const run of runs) {
    all.set(run, at);
    at += run.length;
  }
  return all;
}
