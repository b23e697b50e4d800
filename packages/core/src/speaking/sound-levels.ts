import { type Pcm, speakerFormat } from "../audio/pcm.ts";

/** Length of what one level tells of. */
export const levelMs = 10;
const samplesPerLevel = (levelMs * speakerFormat.sampleRate) / 1000;

/** How far below the loudest 10 ms a sound still counts as speech, as a ratio of powers: 35 dB. */
const quietShare = 10 ** -3.5;
/** Below this it never does: -60 dB of full scale, in squared samples. */
const quietPower = (32_768 * 0.001) ** 2;

/** A sound's power in steps of 10 ms, taken as the sound comes in. */
export class SoundLevels {
  readonly #powers: number[] = [];
  #sum = 0;
  #count = 0;
  #samples = 0;

  push(pcm: Pcm): void {
    this.#samples += pcm.length;
    for (const sample of pcm) {
      this.#sum += sample * sample;
      this.#count += 1;
      if (this.#count < samplesPerLevel) continue;
      this.#powers.push(this.#sum / samplesPerLevel);
      this.#sum = 0;
      this.#count = 0;
    }
  }

  /** Milliseconds. */
  get length(): number {
    return (this.#samples * 1000) / speakerFormat.sampleRate;
  }

  /** The last of the quietest steps, if one is a good deal quieter than the sound is: by 6 dB. */
  get dip(): number | undefined {
    const powers = this.#powers;
    const mean = powers.reduce((sum, power) => sum + power, 0) / powers.length;
    const least = Math.min(...powers);
    return least < mean / 4 ? powers.lastIndexOf(least) : undefined;
  }

  /** Which steps sound; silence, breath and the ends of words do not. */
  get sounding(): boolean[] {
    const loudest = this.#powers.reduce((most, power) => Math.max(most, power), 0);
    const least = Math.max(quietPower, loudest * quietShare);
    return this.#powers.map((power) => power >= least);
  }
}
