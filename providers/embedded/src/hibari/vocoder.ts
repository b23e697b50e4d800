import {
  bins,
  blockFrames,
  hann,
  hop,
  windowLength,
  type AcousticFrames,
  type FrameRange,
} from "./frames.ts";
import { mixVoice } from "./mix.ts";
import { PulseTrain } from "./pulses.ts";
import { complex, RealFft } from "../signal/real-fft.ts";

const half = windowLength / 2;
const overlap = windowLength / hop;
/** The model was trained with pulse spectra of this scale. */
const pulseWindow = hann.map((value) => value / hop);

// One thread runs one block at a time, so blocks of all pieces share their work space.
const fft = new RealFft(windowLength);
const spectrum = complex(bins);
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
  const source = new PulseSource(acoustic.f0.subarray(range.first, range.end));
  const sum = new OverlapAdd(frames);
  for (let done = 0; done < frames; done += blockFrames) {
    const count = Math.min(blockFrames, frames - done);
    for (let k = 0; k < count; k++) source.analyse(done + k, k * bins);
    mixVoice(acoustic, spectra, {
      firstFrame: range.first + done,
      frames: count,
      seed,
      block: done / blockFrames,
    });
    for (let k = 0; k < count; k++) sum.add(k * bins);
    const ready = sum.take();
    if (ready.length > 0) yield ready;
  }
}

/** The pulses of a piece with half a window mirrored at both ends, made as far as they are needed. */
class PulseSource {
  readonly #train: PulseTrain;
  readonly #frames: number;
  readonly #signal: Float32Array;
  readonly #sounds: Uint8Array;
  #made = 0;

  constructor(f0: Float32Array) {
    this.#train = new PulseTrain(f0);
    this.#frames = f0.length;
    this.#signal = new Float32Array(f0.length * hop + windowLength);
    this.#sounds = new Uint8Array(f0.length);
  }

  /** Writes the spectrum of the pulses around the centre of `frame` into `spectra` at `at`. */
  analyse(frame: number, at: number): void {
    this.#make(Math.min(this.#frames, frame + 4));
    if (this.#isSilentAround(frame)) {
      spectra.re.fill(0, at, at + bins);
      spectra.im.fill(0, at, at + bins);
      return;
    }
    fft.forward(this.#signal, frame * hop, pulseWindow, spectrum);
    spectra.re.set(spectrum.re, at);
    spectra.im.set(spectrum.im, at);
  }

  #make(frames: number): void {
    for (; this.#made < frames; this.#made++) {
      const sounds = this.#train.next(this.#signal, half + this.#made * hop);
      this.#sounds[this.#made] = sounds ? 1 : 0;
      if (this.#made === Math.min(3, this.#frames) - 1) this.#mirrorStart();
      if (this.#made === this.#frames - 1) this.#mirrorEnd();
    }
  }

  /** The window reaches two hops to either side; mirrored ends come from one hop more. */
  #isSilentAround(frame: number): boolean {
    for (let hopIndex = frame - 3; hopIndex <= frame + 3; hopIndex++) {
      if (this.#sounds[hopIndex] === 1) return false;
    }
    return true;
  }

  #mirrorStart(): void {
    const last = this.#frames * hop - 1;
    for (let n = 1; n <= half; n++) {
      this.#signal[half - n] = this.#signal[half + Math.min(n, last)] ?? 0;
    }
  }

  #mirrorEnd(): void {
    const last = this.#frames * hop - 1;
    for (let n = 1; n <= half; n++) {
      this.#signal[half + last + n] = this.#signal[half + Math.max(0, last - n)] ?? 0;
    }
  }
}

/** Lays the frames' signals over each other and hands out what no later frame will touch. */
class OverlapAdd {
  readonly #frames: number;
  #added = 0;
  /** Samples handed out so far, counted like `#sum` from half a window before the piece. */
  #done = half;
  /** Sums of the samples from `#start` on; room for one block and the tail that reaches out of it. */
  readonly #sum = new Float32Array((blockFrames + overlap) * hop);
  #start = 0;

  constructor(frames: number) {
    this.#frames = frames;
  }

  /** Adds the next frame, whose spectrum is at `at` in `spectra`. */
  add(at: number): void {
    spectrum.re.set(spectra.re.subarray(at, at + bins));
    spectrum.im.set(spectra.im.subarray(at, at + bins));
    spectrum.im[0] = spectrum.im[bins - 1] = 0;
    fft.addInverse(spectrum, hann, this.#sum, this.#added * hop - this.#start);
    this.#added++;
  }

  /** The finished samples since the last time. */
  take(): Float32Array {
    const end = this.#added === this.#frames ? this.#frames * hop + half : this.#added * hop;
    const length = Math.max(0, end - this.#done);
    const ready = new Float32Array(length);
    for (let n = 0; n < length; n++) {
      const i = this.#done + n;
      ready[n] = (this.#sum[i - this.#start] ?? 0) / windowSum(i, this.#frames);
    }
    this.#done = Math.max(end, half);
    this.#sum.copyWithin(0, this.#added * hop - this.#start);
    this.#sum.fill(0, (overlap - 1) * hop);
    this.#start = this.#added * hop;
    return ready;
  }
}

/** Sum of the squared windows over sample i: 1.5 inside, less where frames are missing at an end. */
function windowSum(i: number, frames: number): number {
  const newest = Math.floor(i / hop);
  if (newest >= overlap - 1 && newest < frames) return 1.5;
  let sum = 0;
  for (let frame = newest; frame > newest - overlap; frame--) {
    if (frame >= 0 && frame < frames) sum += (hann[i - frame * hop] ?? 0) ** 2;
  }
  return Math.max(sum, 1e-11);
}
