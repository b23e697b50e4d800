import { pcmFromFloats, rms } from "@metered/llmrtc-core";

/** Pitches far enough apart to be told from one another in 40 ms, also after Opus. */
const lowestHertz = 400;
const stepHertz = 80;
/** How many sentences can be told apart before pitches come again. */
export const toneCount = 30;

/** Pitch of the n-th tone, 400 Hz and up. */
export function toneHertz(n: number): number {
  return lowestHertz + (n % toneCount) * stepHertz;
}

/** A sine at 30 % of full scale that fades in and out over 5 ms, so that it does not click. */
export function tone(hertz: number, durationMs: number, sampleRate: number): Int16Array {
  const length = Math.round((durationMs * sampleRate) / 1000);
  const fade = sampleRate * 0.005;
  return pcmFromFloats(
    Float32Array.from({ length }, (_, i) => {
      const volume = 0.3 * Math.min(1, i / fade, (length - 1 - i) / fade);
      return volume * Math.sin((2 * Math.PI * hertz * i) / sampleRate);
    }),
  );
}

/** A stretch of one tone in a recording. */
export interface HeardTone {
  readonly hertz: number;
  readonly startMs: number;
  readonly endMs: number;
}

const windowMs = 40;
const hopMs = 20;
/** Quieter than this (-50 dB) is silence. */
const silence = 0.003;

/**
 * The tones of a recording, in order; silence and anything else is left out. Edges are right to about
 * 20 ms. Says which sentences of a {@link fakeTTS} somebody heard, and when.
 *
 * @param pcm mono
 */
export function tonesIn(pcm: Int16Array, sampleRate: number): HeardTone[] {
  const size = Math.round((windowMs * sampleRate) / 1000);
  const hop = Math.round((hopMs * sampleRate) / 1000);
  const heard: HeardTone[] = [];
  for (let start = 0; start + size <= pcm.length; start += hop) {
    const hertz = pitchOf(pcm.subarray(start, start + size), sampleRate);
    if (hertz === undefined) continue;
    const startMs = (start * 1000) / sampleRate;
    const last = heard.at(-1);
    const goesOn = last?.hertz === hertz && startMs <= last.endMs + hopMs;
    if (goesOn) heard.pop();
    heard.push({ hertz, startMs: goesOn ? last.startMs : startMs, endMs: startMs + windowMs });
  }
  // Where one tone turns into another, a window may show a third.
  return heard.filter(({ startMs, endMs }) => endMs - startMs > windowMs);
}

/** The tone that holds most of the window's energy; undefined for silence, noise and speech. */
function pitchOf(pcm: Int16Array, sampleRate: number): number | undefined {
  if (rms(pcm) < silence) return undefined;
  let best = { hertz: 0, energy: 0 };
  for (let n = 0; n < toneCount; n++) {
    const energy = energyAt(toneHertz(n), pcm, sampleRate);
    if (energy > best.energy) best = { hertz: toneHertz(n), energy };
  }
  return best.energy > 0.5 ? best.hertz : undefined;
}

/** Share of the energy that lies at `hertz`: 1 for a pure tone (Goertzel under a Hann window). */
function energyAt(hertz: number, pcm: Int16Array, sampleRate: number): number {
  let real = 0;
  let imaginary = 0;
  let total = 0;
  let weights = 0;
  for (const [i, sample] of pcm.entries()) {
    const weight = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / pcm.length);
    const angle = (2 * Math.PI * hertz * i) / sampleRate;
    real += weight * sample * Math.cos(angle);
    imaginary += weight * sample * Math.sin(angle);
    total += weight * sample * sample;
    weights += weight;
  }
  return (2 * (real * real + imaginary * imaginary)) / (total * weights);
}
