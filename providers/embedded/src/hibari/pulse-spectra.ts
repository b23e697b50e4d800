import { complex, RealFft } from "@metered/llmrtc-core";
import { bins, hann, hop, windowLength } from "./frames.ts";
import type { SpectrumBlock } from "./mix.ts";
import { PulseTrain } from "./pulses.ts";

const half = windowLength / 2;
/** The model was trained with pulse spectra of this scale. */
const pulseWindow = hann.map((value) => value / hop);
const fft = new RealFft(windowLength);
const spectrum = complex(bins);

/**
 * Spectra of the pulses of a piece, which are mirrored at both ends for half a window. Pulses are made
 * as far as they are needed, so frames must be asked for in order.
 */
export class PulseSpectra {
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

  /** Writes the spectrum of the pulses around the centre of `frame` to `spectra` from `at` on. */
  analyse(frame: number, spectra: SpectrumBlock, at: number): void {
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
