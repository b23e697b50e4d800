import fc from "fast-check";
import { expect, test } from "vitest";
import { bins, hann, hop, windowLength, type AcousticFrames } from "../../src/hibari/frames.ts";
import { PulseTrain } from "../../src/hibari/pulses.ts";
import { complex, RealFft } from "@metered/llmrtc-core";
import { vocode, type VocoderOptions } from "../../src/hibari/vocoder.ts";

/** Frames as the model might say them: `f0` as given, everything else smooth and plausible. */
function speech(f0: readonly number[]): AcousticFrames {
  const frames = f0.length;
  const spectrum = (value: (bin: number, frame: number) => number) =>
    Float32Array.from({ length: bins * frames }, (_, i) =>
      value(Math.floor(i / frames), i % frames),
    );
  return {
    frames,
    f0: Float32Array.from(f0),
    lh: spectrum((bin, frame) => 1 - bin / 100 + Math.sin(frame)),
    theta: spectrum((bin, frame) => 3 * Math.sin(bin / 7 + frame)),
    ln: spectrum((bin, frame) => -3 - Math.cos(bin / 50 + frame)),
    lr: spectrum((bin, frame) => -2 + Math.sin(bin / 9 - frame)),
    phi: spectrum((bin, frame) => 40 * Math.sin(bin * frame + 1)),
  };
}

function sound(acoustic: AcousticFrames, options?: VocoderOptions): Float32Array {
  const samples = [...vocode(acoustic, options)].flatMap((block) => [...block]);
  return Float32Array.from(samples);
}

/** The formula in one go over the whole piece, without tables, blocks or short cuts. */
function formula({ frames, f0, lh, theta, lr, phi }: AcousticFrames): Float32Array {
  const length = frames * hop;
  const train = new PulseTrain(f0);
  const pulses = new Float32Array(length);
  for (let frame = 0; frame < frames; frame++) train.next(pulses, frame * hop);
  const half = windowLength / 2;
  const mirrored = Float32Array.from({ length: length + windowLength }, (_, i) => {
    const at = i - half;
    const inside = at < 0 ? -at : at >= length ? 2 * (length - 1) - at : at;
    return pulses[inside] ?? 0;
  });
  const fft = new RealFft(windowLength);
  const flat = new Float64Array(windowLength).fill(1);
  const sum = new Float32Array(length + windowLength);
  const weight = new Float32Array(length + windowLength);
  const spectrum = complex(bins);
  for (let frame = 0; frame < frames; frame++) {
    fft.forward(mirrored, frame * hop, hann, spectrum);
    for (let bin = 0; bin < bins; bin++) {
      const i = bin * frames + frame;
      const tract = Math.exp(Math.min(7, lh[i] ?? 0));
      const turn = Math.PI * Math.tanh(theta[i] ?? 0);
      const rest = Math.exp(Math.min(7, lr[i] ?? 0));
      const re = (spectrum.re[bin] ?? 0) / hop;
      const im = (spectrum.im[bin] ?? 0) / hop;
      const ends = bin === 0 || bin === bins - 1;
      spectrum.re[bin] =
        tract * (re * Math.cos(turn) - im * Math.sin(turn)) + rest * Math.cos(phi[i] ?? 0);
      spectrum.im[bin] = ends
        ? 0
        : tract * (re * Math.sin(turn) + im * Math.cos(turn)) + rest * Math.sin(phi[i] ?? 0);
    }
    const signal = new Float32Array(windowLength);
    fft.addInverse(spectrum, flat, signal, 0);
    for (let n = 0; n < windowLength; n++) {
      const at = frame * hop + n;
      const window = hann[n] ?? 0;
      sum[at] = (sum[at] ?? 0) + window * (signal[n] ?? 0);
      weight[at] = (weight[at] ?? 0) + window ** 2;
    }
  }
  return sum.map((value, i) => value / (weight[i] ?? 1)).slice(half, half + length);
}

const pitch = fc.oneof(fc.constant(0), fc.integer({ min: 80, max: 300 }));
const pitches = fc.array(pitch, { minLength: 4, maxLength: 50 });

test("blocks put together equal the formula over the whole piece", () => {
  fc.assert(
    fc.property(pitches, (f0) => {
      const acoustic = speech(f0);
      const whole = formula(acoustic);
      const blocks = sound(acoustic);
      expect(blocks).toHaveLength(whole.length);
      let worst = 0;
      for (const [i, sample] of blocks.entries()) {
        worst = Math.max(worst, Math.abs(sample - (whole[i] ?? 0)));
      }
      // The largest samples here are near 1; tables are good for about 70 dB below them.
      expect(worst).toBeLessThan(2e-3);
    }),
    { numRuns: 25 },
  );
});

test("blocks of several pieces may be asked for in turn", () => {
  const [one, other] = [speech(new Array<number>(40).fill(120)), speech([0, 200, 210, 0, 90])];
  const alone = [sound(one, { seed: 1 }), sound(other, { seed: 2 })];
  const together: number[][] = [[], []];
  const running = [vocode(one, { seed: 1 }), vocode(other, { seed: 2 })];
  for (let going = true; going;) {
    going = false;
    for (const [i, blocks] of running.entries()) {
      const { done, value } = blocks.next();
      if (done) continue;
      going = true;
      together[i]?.push(...value);
    }
  }
  expect(together.map((samples) => Float32Array.from(samples))).toEqual(alone);
});

test("a range of frames sounds for as long as it is", () => {
  fc.assert(
    fc.property(pitches, fc.nat(50), fc.nat(50), (f0, a, b) => {
      const first = Math.min(a, b, f0.length);
      const end = Math.min(Math.max(a, b), f0.length);
      const samples = sound(speech(f0), { range: { first, end }, seed: 3 });
      expect(samples).toHaveLength((end - first) * hop);
      expect(samples.every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("a seed decides the breath: the same one gives the same samples", () => {
  const acoustic = speech(new Array<number>(20).fill(0));
  expect(sound(acoustic, { seed: 1 })).toEqual(sound(acoustic, { seed: 1 }));
  expect(sound(acoustic, { seed: 1 })).not.toEqual(sound(acoustic, { seed: 2 }));
  expect(sound(acoustic, { seed: 1 })).not.toEqual(sound(acoustic));
});
