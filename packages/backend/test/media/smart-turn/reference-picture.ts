import { complex, melBank, RealFft } from "@metered/llmrtc-core";

const [bandCount, frames, hop, size] = [80, 800, 160, 400] as const;
const samples = frames * hop;
const { bands } = melBank(bandCount, size / 2 + 1, 16_000);
const fft = new RealFft(size);
const spectrum = complex(fft.bins);
const hann = Float64Array.from(
  { length: size },
  (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size),
);

/** Smart Turn's input from the whole sound at once, by definition. */
export function referencePicture(sound: Int16Array): Float32Array {
  const last = sound.subarray(Math.max(0, sound.length - samples));
  const raw = new Float64Array(samples);
  raw.set(
    Float64Array.from(last, (sample) => sample / 32_768),
    samples - last.length,
  );
  const mean = raw.reduce((sum, sample) => sum + sample, 0) / samples;
  const variance = raw.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / samples;
  const signal = Float32Array.from(raw, (sample) => (sample - mean) / Math.sqrt(variance + 1e-7));
  const picture = new Float32Array(bandCount * frames);
  let loudest = -10;
  let before: { readonly key: string; readonly levels: number[] } | undefined;
  for (let frame = 0; frame < frames; frame++) {
    const window = windowAt(signal, frame * hop - size / 2);
    const key = window.every((sample) => sample === window[0]) ? String(window[0]) : "";
    const levels = key && before?.key === key ? before.levels : levelsOf(window);
    before = { key, levels };
    for (const [band, level] of levels.entries()) {
      picture[band * frames + frame] = level;
      loudest = Math.max(loudest, level);
    }
  }
  return picture.map((level) => (Math.max(level, loudest - 8) + 4) / 4);
}

function windowAt(signal: Float32Array, from: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => {
    const at = Math.abs(from + i);
    return signal[at < samples ? at : 2 * samples - 2 - at] ?? 0;
  });
}

function levelsOf(window: Float32Array): number[] {
  fft.forward(window, 0, hann, spectrum);
  const power = spectrum.re.map((re, k) => re ** 2 + (spectrum.im[k] ?? 0) ** 2);
  return bands.map(({ firstBin, weights }) => {
    const energy = weights.reduce((sum, w, i) => sum + w * (power[firstBin + i] ?? 0), 0);
    return Math.log10(Math.max(energy, 1e-10));
  });
}
