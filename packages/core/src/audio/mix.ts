import type { Pcm } from "./pcm.ts";

/**
 * The mean of all channels, so that no mix can clip.
 *
 * @param pcm interleaved samples; handed back as it is when it is mono already
 * @throws {RangeError} if `pcm` holds a fraction of a frame
 */
export function toMono(pcm: Pcm, channels: number): Pcm {
  if (channels === 1) return pcm;
  const frames = pcm.length / channels;
  if (!Number.isInteger(frames)) throw new RangeError("pcm must hold whole frames");
  return Int16Array.from({ length: frames }, (_, frame) => {
    let sum = 0;
    for (let i = 0; i < channels; i++) sum += pcm[frame * channels + i] ?? 0;
    return Math.round(sum / channels);
  });
}
