import type { Pcm } from "@metered/llmrtc-core";
import { FrameRing, hop, melBands, pictureFrames, windowLength, writeFrame } from "./frame-ring.ts";

/** Samples that the picture shows: 8 s at 16 kHz. */
const pictureSamples = pictureFrames * hop;
const half = windowLength / 2;
/** Power below this counts as silence. */
const lowestLevel = -10;
/** Samples before the picture that a window of a kept frame may touch. */
const lead = windowLength;
/** Samples after which the kept sound is moved back to the front of its room. */
const slack = 32_000;

/**
 * Smart Turn's picture of the last 8 s of an utterance, kept while the utterance grows: adding 32 ms
 * costs three transforms, taking the picture costs no more than copying it.
 *
 * The model wants the samples brought to mean 0 and variance 1 over the 8 s, silence in front
 * included, which is known only at the end. But that is linear: the variance moves every level by one
 * constant, and the mean reaches two bands, which are repaired. Frames whose window reaches over an
 * edge of the 8 s, where the signal is mirrored, are measured at the end.
 */
export class SoundPicture {
  readonly #frames = new FrameRing(pictureFrames + 2);
  /** The sound from sample `#start` on, as far as a picture may still need it. */
  readonly #samples = new Float32Array(lead + pictureSamples + slack);
  #start = -lead;
  #length = 0;
  #nextFrame = firstFrame;

  /** @param pcm the next sound of the utterance, 16 kHz mono */
  add(pcm: Pcm): void {
    for (let from = 0; from < pcm.length; from += slack)
      this.#add(pcm.subarray(from, from + slack));
  }

  /** Forgets everything: the next sound begins another utterance. */
  clear(): void {
    this.#samples.fill(0, 0, lead);
    this.#start = -lead;
    this.#length = 0;
    this.#nextFrame = firstFrame;
  }

  /**
   * The picture, 80 rows of 800 columns, row by row. It ends with the last whole 10 ms of the sound;
   * where the sound is shorter than 8 s, silence stands in front.
   */
  take(): Float32Array<ArrayBuffer> {
    const end = this.#length - (this.#length % hop);
    const begin = end - pictureSamples;
    const norm = this.#norm(begin, end);
    const picture = new Float32Array(melBands * pictureFrames);
    let loudest = lowestLevel;
    const edge = (column: number): void => {
      const signal = this.#mirrored(begin, column, norm);
      loudest = Math.max(loudest, writeFrame(signal, picture, column));
    };
    const silent = Math.min(pictureFrames, Math.max(0, firstFrame - begin / hop));
    if (silent > 0) {
      edge(0); // nothing but the mean: the same in every silent column but the mirrored ones
      for (let row = 0; row < melBands; row++) {
        const at = row * pictureFrames;
        picture.fill(picture[at] ?? 0, at, at + silent);
      }
    }
    for (let column = silent; column < pictureFrames; column++) {
      const mirrors = column * hop < half || column * hop + half > pictureSamples;
      if (mirrors) edge(column);
      else {
        const level = this.#frames.write(begin / hop + column, norm, picture, column);
        loudest = Math.max(loudest, level);
      }
    }
    const lowest = loudest - 8;
    for (let i = 0; i < picture.length; i++) {
      picture[i] = (Math.max(picture[i] ?? 0, lowest, lowestLevel) + 4) / 4;
    }
    return picture;
  }

  #add(pcm: Pcm): void {
    const at = this.#length - this.#start;
    if (at + pcm.length > this.#samples.length) {
      const keep = lead + pictureSamples;
      this.#samples.copyWithin(0, at - keep, at);
      this.#start = this.#length - keep;
    }
    const from = this.#length - this.#start;
    for (let i = 0; i < pcm.length; i++) this.#samples[from + i] = (pcm[i] ?? 0) / 32_768;
    this.#length += pcm.length;
    for (; this.#nextFrame * hop + half <= this.#length; this.#nextFrame++) {
      const offset = this.#nextFrame * hop - half - this.#start;
      this.#frames.measure(this.#nextFrame, this.#samples, offset);
    }
  }

  /** Mean and standard deviation of the 8 s from `begin` on, which may begin before the sound. */
  #norm(begin: number, end: number): { readonly mean: number; readonly scale: number } {
    let sum = 0;
    let squares = 0;
    const last = end - this.#start;
    for (let i = Math.max(0, begin) - this.#start; i < last; i++) {
      const sample = this.#samples[i] ?? 0;
      sum += sample;
      squares += sample * sample;
    }
    const mean = sum / pictureSamples;
    const variance = Math.max(0, squares / pictureSamples - mean * mean);
    return { mean, scale: Math.sqrt(variance + 1e-7) };
  }

  /** The normalised signal under a window that may reach over the edges of the 8 s. */
  #mirrored(
    begin: number,
    column: number,
    { mean, scale }: { readonly mean: number; readonly scale: number },
  ): Float32Array {
    const signal = new Float32Array(windowLength);
    for (let i = 0; i < windowLength; i++) {
      let at = Math.abs(column * hop - half + i);
      if (at >= pictureSamples) at = 2 * pictureSamples - 2 - at;
      const sample = begin + at < 0 ? 0 : (this.#samples[begin + at - this.#start] ?? 0);
      signal[i] = (sample - mean) / scale;
    }
    return signal;
  }
}

/** The first frame whose window reaches into the sound; all before it see silence. */
const firstFrame = -1;
