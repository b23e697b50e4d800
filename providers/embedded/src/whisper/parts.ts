import { rms } from "@metered/llmrtc-core";

const sampleRate = 16_000;
/** Whisper's context is 30 s, of which a second stays silent. */
export const longestPart = 28 * sampleRate;
/** A part that is followed by another is at least this long. */
const shortestPart = 20 * sampleRate;
const windowSamples = 0.2 * sampleRate;

/**
 * Where to cut sound that is too long for one context: the middle of its quietest fifth of a second
 * between 20 and 28 s.
 *
 * @param pcm at least `longestPart` samples at 16 kHz
 * @returns a sample index
 */
export function quietCut(pcm: Int16Array): number {
  let cut = longestPart;
  let quietest = Infinity;
  for (let at = shortestPart; at + windowSamples <= longestPart; at += windowSamples / 4) {
    const loudness = rms(pcm.subarray(at, at + windowSamples));
    if (loudness < quietest) {
      quietest = loudness;
      cut = at + windowSamples / 2;
    }
  }
  return cut;
}

/** Cuts sound of any length at quiet places into parts that fit one context each. */
export function partsOf(pcm: Int16Array): Int16Array[] {
  const parts: Int16Array[] = [];
  let rest = pcm;
  while (rest.length > longestPart) {
    const cut = quietCut(rest);
    parts.push(rest.subarray(0, cut));
    rest = rest.subarray(cut);
  }
  return [...parts, rest];
}
