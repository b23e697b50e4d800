import { complex, melBank, RealFft } from "@metered/llmrtc-core";

/** Rows of a log-mel picture: bands from 0 to 8 kHz. */
export const melBands = 80;
/** Samples from one frame to the next: 10 ms at 16 kHz. */
export const melHop = 160;
/** Samples under one frame's window: 25 ms. */
const windowLength = 400;
/** Power below this counts as silence. */
const floorPower = 1e-10;

const fft = new RealFft(windowLength);
const spectrum = complex(fft.bins);
const power = new Float64Array(fft.bins);
const hann = Float64Array.from(
  { length: windowLength },
  (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / windowLength),
);
const { bands } = melBank(melBands, fft.bins, 16_000);

/**
 * Whisper's picture of sound: `melBands` rows of `frames` columns, row by row, log10 of the power per
 * band, at most 8 (80 dB) below the loudest, then (x + 4) / 4.
 *
 * @param pcm 16 kHz mono; silence is added behind it up to `frames`
 * @param frames columns of 10 ms
 */
export function logMel(pcm: Int16Array, frames: number): Float32Array {
  const signal = mirrored(pcm, frames * melHop);
  const picture = new Float32Array(melBands * frames);
  // Windows that see nothing but the silence behind the sound are not worth a transform.
  const sounding = Math.min(frames, Math.ceil((pcm.length + windowLength / 2) / melHop));
  let loudest = Math.log10(floorPower);
  for (let frame = 0; frame < sounding; frame++) {
    measurePower(signal, frame * melHop);
    for (const [row, { firstBin, weights }] of bands.entries()) {
      let energy = 0;
      for (let i = 0; i < weights.length; i++) {
        energy += (weights[i] ?? 0) * (power[firstBin + i] ?? 0);
      }
      const level = Math.log10(Math.max(energy, floorPower));
      picture[row * frames + frame] = level;
      if (level > loudest) loudest = level;
    }
  }
  const silence = Math.log10(floorPower);
  for (let row = 0; row < melBands; row++) {
    picture.fill(silence, row * frames + sounding, (row + 1) * frames);
  }
  const lowest = Math.fround(loudest - 8);
  for (let i = 0; i < picture.length; i++) {
    picture[i] = (Math.max(picture[i] ?? 0, lowest) + 4) / 4;
  }
  return picture;
}

/** `pcm` as -1 to 1, its start reflected over half a window, silence behind it. */
function mirrored(pcm: Int16Array, length: number): Float32Array {
  const half = windowLength / 2;
  const signal = new Float32Array(length + windowLength);
  const used = Math.min(pcm.length, length);
  for (let i = 0; i < used; i++) signal[half + i] = (pcm[i] ?? 0) / 32_768;
  for (let i = 1; i <= half; i++) signal[half - i] = signal[half + i] ?? 0;
  return signal;
}

function measurePower(signal: Float32Array, offset: number): void {
  fft.forward(signal, offset, hann, spectrum);
  const { re, im } = spectrum;
  for (let bin = 0; bin < power.length; bin++) {
    const r = re[bin] ?? 0;
    const m = im[bin] ?? 0;
    power[bin] = r * r + m * m;
  }
}
