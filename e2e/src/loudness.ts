import type { Pcm } from "@metered/llmrtc-core";

/** Root mean square of some samples, 0 to 1. */
export function loudness(pcm: Pcm): number {
  let energy = 0;
  for (const sample of pcm) energy += (sample / 32_768) ** 2;
  return pcm.length === 0 ? 0 : Math.sqrt(energy / pcm.length);
}
