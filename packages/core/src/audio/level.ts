import type { Pcm } from "./pcm.ts";

/** Root mean square of the samples, 0 (silence) to 1 (a square wave at full scale). */
export function rms(pcm: Pcm): number {
  if (pcm.length === 0) return 0;
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return Math.sqrt(sum / pcm.length) / 32_768;
}

/** Loudness in dB below full scale: 0 is the loudest, `-Infinity` is digital silence. */
export function levelDb(pcm: Pcm): number {
  return 20 * Math.log10(rms(pcm));
}
