import { noiseMask, noiseStart, noiseTable } from "./breath.ts";
import { curve, valueAt } from "./curves.ts";
import { bins, type AcousticFrames } from "./frames.ts";

/** Log gains end here: the model's rare outliers must not shout. */
const loudest = 7;
const gain = curve(Math.exp, -20, loudest, 2048);

// The phase of the voice is π·tanh(θ). Beyond ±6 tanh is ±1 within 1e-5.
const voiceCos = curve((theta) => Math.cos(Math.PI * Math.tanh(theta)), -6, 6, 2048);
const voiceSin = curve((theta) => Math.sin(Math.PI * Math.tanh(theta)), -6, 6, 2048);

/** Steps of a full turn in the tables of the rest's phase, which needs no more than nearest values. */
const turnSteps = 4096;
const stepsPerRadian = turnSteps / (2 * Math.PI);
const turnCos = Float32Array.from({ length: turnSteps }, (_, i) => Math.cos(i / stepsPerRadian));
const turnSin = Float32Array.from({ length: turnSteps }, (_, i) => Math.sin(i / stepsPerRadian));

/** Spectra of consecutive frames, one after the other, `bins` values each. */
export interface SpectrumBlock {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

export interface MixOptions {
  readonly firstFrame: number;
  readonly frames: number;
  /** Which noise; undefined: none. */
  readonly seed: number | undefined;
  /** Number of this block within the piece; another block, other noise. */
  readonly block: number;
}

/**
 * Turns the spectra of the pulses into those of the voice, in place:
 * exp(lh)·e^(iπ·tanh θ)·pulses + exp(ln)·noise + exp(lr)·e^(iφ).
 */
export function mixVoice(
  acoustic: AcousticFrames,
  spectra: SpectrumBlock,
  { firstFrame, frames, seed, block }: MixOptions,
): void {
  const { lh, theta, ln, lr, phi } = acoustic;
  const { re, im } = spectra;
  for (let bin = 0; bin < bins; bin++) {
    let breath = seed === undefined ? 0 : noiseStart(seed, bin, block);
    let from = bin * acoustic.frames + firstFrame;
    let to = bin;
    for (let frame = 0; frame < frames; frame++, from++, to += bins, breath += 2) {
      const pulseR = re[to] ?? 0;
      const pulseM = im[to] ?? 0;
      let r = 0;
      let m = 0;
      if (pulseR !== 0 || pulseM !== 0) {
        const tract = valueAt(gain, lh[from] ?? 0);
        const tractR = tract * valueAt(voiceCos, theta[from] ?? 0);
        const tractM = tract * valueAt(voiceSin, theta[from] ?? 0);
        r = pulseR * tractR - pulseM * tractM;
        m = pulseR * tractM + pulseM * tractR;
      }
      if (seed !== undefined) {
        const hiss = valueAt(gain, ln[from] ?? 0);
        r += hiss * (noiseTable[breath & noiseMask] ?? 0);
        m += hiss * (noiseTable[(breath + 1) & noiseMask] ?? 0);
      }
      const rest = valueAt(gain, lr[from] ?? 0);
      const step = Math.round((phi[from] ?? 0) * stepsPerRadian) & (turnSteps - 1);
      re[to] = r + rest * (turnCos[step] ?? 0);
      im[to] = m + rest * (turnSin[step] ?? 0);
    }
  }
}
