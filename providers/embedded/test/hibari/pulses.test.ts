import fc from "fast-check";
import { expect, test } from "vitest";
import { hop, sampleRate } from "../../src/hibari/frames.ts";
import { PulseTrain } from "../../src/hibari/pulses.ts";

function trainOf(f0: readonly number[]): Float32Array {
  const train = new PulseTrain(Float32Array.from(f0));
  const out = new Float32Array(f0.length * hop);
  for (const frame of f0.keys()) train.next(out, frame * hop);
  return out;
}

test("a steady pitch is the sum of its harmonics up to 11 kHz", () => {
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 500 }), (pitch) => {
      const train = trainOf([pitch, pitch]);
      const harmonics = Math.floor(11_000 / pitch);
      for (const n of [0, 7, 123, 299, 300, 599]) {
        const phase = (2 * Math.PI * (n + 1) * pitch) / sampleRate;
        let sum = 0;
        for (let h = 1; h <= harmonics; h++) sum += Math.cos(h * phase);
        // Right at a pulse the closed form is replaced by its limit.
        expect(Math.abs((train[n] ?? 0) - sum)).toBeLessThan(0.02 * harmonics);
      }
    }),
  );
});

test("below 40 Hz there is no voice, and silent hops say so", () => {
  const train = new PulseTrain(Float32Array.of(-1, 0.4, 39, 39));
  const out = new Float32Array(4 * hop);
  const sounded = [0, 1, 2, 3].map((frame) => train.next(out, frame * hop));
  expect(sounded).toEqual([false, false, false, false]);
  expect(out.every((sample) => sample === 0)).toBe(true);
});

test("pitch glides from frame centre to frame centre", () => {
  const f0 = [100, 200, 200, 200];
  const train = trainOf(f0);
  const pulsesIn = (from: number, to: number) =>
    [...train.subarray(from, to)].filter((sample, n, all) => {
      const before = all[n - 1] ?? 0;
      const after = all[n + 1] ?? 0;
      return sample > 10 && sample >= before && sample > after;
    }).length;
  // Half a hop at 100 Hz, one of glide, the rest at 200 Hz: 0.625 + 1.875 + 6.25 periods.
  expect(pulsesIn(0, 4 * hop)).toBeGreaterThanOrEqual(8);
  expect(pulsesIn(0, 4 * hop)).toBeLessThanOrEqual(9);
});
