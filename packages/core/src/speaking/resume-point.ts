import { type Pcm, speakerFormat } from "../audio/pcm.ts";
import { levelMs, SoundLevels } from "./sound-levels.ts";

/** As far back as a listener follows without losing the thread. */
const reachMs = 600;
/** Silence that is shorter is the stop of a consonant. */
const gapMs = 30;
/** So much of the silence before a word goes with it. */
const leadMs = 20;

/**
 * Where speech that was silenced goes on, so that it sounds as if it had been meant so: at the start
 * of the word that was cut; else at the quietest moment nearby; else where it was.
 *
 * @param sound what led up to the cut, 24 kHz mono
 * @returns milliseconds before the end of `sound`
 */
export function resumePoint(sound: Pcm): number {
  const samplesPerLevel = (levelMs * speakerFormat.sampleRate) / 1000;
  const near = sound.subarray(-Math.floor(reachMs / levelMs) * samplesPerLevel);
  const levels = new SoundLevels();
  levels.push(near);
  const { sounding, dip } = levels;
  let silent = 0;
  let start: number | undefined;
  for (const [step, sounds] of sounding.entries()) {
    if (sounds && silent * levelMs >= gapMs) start = step;
    silent = sounds ? 0 : silent + 1;
  }
  if (silent * levelMs >= gapMs) return Math.min(silent * levelMs, leadMs); // cut between two words
  const from = start === undefined ? (dip ?? sounding.length) : start - leadMs / levelMs;
  return Math.max(0, sounding.length - from) * levelMs;
}
