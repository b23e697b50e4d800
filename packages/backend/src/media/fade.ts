import type { Pcm } from "@metered/llmrtc-core";

/** Fades the first `samples` down to nothing and silences the rest, in place. */
export function fadeOut(pcm: Pcm, samples: number): Pcm {
  for (let at = 0; at < pcm.length; at += 1) {
    const gain = at < samples ? 1 - (at + 1) / samples : 0;
    pcm[at] = Math.round((pcm[at] ?? 0) * gain);
  }
  return pcm;
}

/** Raises the first `samples` from nothing, in place. */
export function fadeIn(pcm: Pcm, samples: number): Pcm {
  for (let at = 0; at < Math.min(samples, pcm.length); at += 1) {
    pcm[at] = Math.round(((pcm[at] ?? 0) * at) / samples);
  }
  return pcm;
}
