import { bins, blockFrames, type AcousticFrames, type FrameRange } from "./frames.ts";
import { mixVoice } from "./mix.ts";
import { OverlapAdd } from "./overlap-add.ts";
import { PulseSpectra } from "./pulse-spectra.ts";

/** One thread runs one block at a time, so the blocks of all pieces share their work space. */
const spectra = {
  re: new Float32Array(blockFrames * bins),
  im: new Float32Array(blockFrames * bins),
};

export interface VocoderOptions {
  /** The frames to turn into sound; all when absent. */
  readonly range?: FrameRange;
  /** Which breath noise: the same seed gives the same samples. Absent: none at all. */
  readonly seed?: number;
}

/**
 * Turns the acoustic model's frames into samples, about -1 to 1 at 24 kHz, block by block: each is
 * computed when it is asked for. Together they are `frames · hop` samples and equal the signal of an
 * inverse transform over the whole range.
 */
export function* vocode(
  acoustic: AcousticFrames,
  { range = { first: 0, end: acoustic.frames }, seed }: VocoderOptions = {},
): Generator<Float32Array, void, undefined> {
  const frames = range.end - range.first;
  const source = new PulseSpectra(acoustic.f0.subarray(range.first, range.end));
  const sum = new OverlapAdd(frames);
  for (let done = 0; done < frames; done += blockFrames) {
    const count = Math.min(blockFrames, frames - done);
    for (let k = 0; k < count; k++) source.analyse(done + k, spectra, k * bins);
    mixVoice(acoustic, spectra, {
      firstFrame: range.first + done,
      frames: count,
      seed,
      block: done / blockFrames,
    });
    for (let k = 0; k < count; k++) sum.add(spectra, k * bins);
    const ready = sum.take();
    if (ready.length > 0) yield ready;
  }
}
