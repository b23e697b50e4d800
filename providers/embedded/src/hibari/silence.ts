import { bins, hop, sampleRate, type AcousticFrames, type FrameRange } from "./frames.ts";
import { lowestPitch } from "./pulses.ts";

/**
 * The model begins and ends every piece with 200 to 300 ms of digital silence. At the start the caller
 * would wait for it, so little is kept; at the end it is the pause before what follows.
 */
const keptBeforeMs = 50;

/** Log gain below which noise and rest are not heard: more than 60 dB under the voice. */
const audible = -2;

/**
 * The frames of a piece without the silence around it.
 *
 * @param pauseMs silence to keep after the last sound, as far as there is that much
 * @returns an empty range when there is nothing to hear
 */
export function speechRange(acoustic: AcousticFrames, pauseMs: number): FrameRange {
  const { frames } = acoustic;
  let first = 0;
  while (first < frames && isSilent(acoustic, first)) first++;
  if (first === frames) return { first: 0, end: 0 };
  let end = frames;
  while (end > 0 && isSilent(acoustic, end - 1)) end--;
  return {
    first: Math.max(0, first - framesIn(keptBeforeMs)),
    end: Math.min(frames, end + framesIn(pauseMs)),
  };
}

function framesIn(ms: number): number {
  return Math.round((ms * sampleRate) / (hop * 1000));
}

function isSilent({ frames, f0, ln, lr }: AcousticFrames, frame: number): boolean {
  if ((f0[frame] ?? 0) > lowestPitch) return false;
  for (let bin = 0; bin < bins; bin++) {
    const i = bin * frames + frame;
    if ((ln[i] ?? 0) > audible || (lr[i] ?? 0) > audible) return false;
  }
  return true;
}
