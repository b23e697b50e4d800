import { rms } from "../audio/level.ts";
import type { Pcm } from "../audio/pcm.ts";

/** A frame less likely to be voice than this is background. */
const backgroundProbability = 0.15;
/** A frame at least this likely is the caller's voice. */
const voiceProbability = 0.8;
/** Frames over which levels are averaged: about a second. */
const memory = 32;
const fewestFrames = 4;

/** A running mean of power that forgets. */
class MeanPower {
  #mean = 0;
  #frames = 0;

  add(power: number): void {
    this.#frames += 1;
    this.#mean += (power - this.#mean) / Math.min(this.#frames, memory);
  }

  get value(): number | undefined {
    return this.#frames < fewestFrames ? undefined : this.#mean;
  }
}

/** Measures how far a caller's voice stands out of his surroundings. */
export class Surroundings {
  readonly #voice = new MeanPower();
  readonly #background = new MeanPower();

  /** @param probability of voice in this frame */
  hear(frame: Pcm, probability: number): void {
    const power = rms(frame) ** 2;
    if (probability >= voiceProbability) this.#voice.add(power);
    else if (probability < backgroundProbability) this.#background.add(power);
  }

  /** Voice over background in dB, at most 60; undefined until both were heard. */
  get clarityDb(): number | undefined {
    const [voice, background] = [this.#voice.value, this.#background.value];
    if (voice === undefined || background === undefined) return undefined;
    return Math.min(60, 10 * Math.log10(voice / Math.max(background, voice / 1e6)));
  }
}
