import { readFileSync } from "node:fs";
import { decodeWav } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SoundPicture } from "../../../src/media/smart-turn/sound-picture.ts";
import { golden, clipWithSilence } from "./golden.ts";
import { referencePicture } from "./reference-picture.ts";

function pictureOf(...runs: readonly Int16Array[]): Float32Array {
  const picture = new SoundPicture();
  for (const run of runs) picture.add(run);
  return picture.take();
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Infinity))), 0);
}

/** A voice-like hum with noise, an offset and pauses, from a seed. */
function soundOf(seed: number, samples: number): Int16Array {
  let state = seed;
  const random = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31 - 0.5;
  return Int16Array.from({ length: samples }, (_, i) => {
    const loud = Math.sin(i / 9_000 + seed) > -0.3 ? 6_000 : 3;
    return 40 + loud * Math.sin(i / (8 + (seed % 20))) + loud * 0.2 * random();
  });
}

describe("the picture of the last 8 s", () => {
  test.each(golden.cases)("is the published one for $clip", (expected) => {
    const picture = pictureOf(clipWithSilence(expected));
    for (const [band, frame, value] of expected.probes) {
      expect(Math.abs((picture[band * 800 + frame] ?? NaN) - value)).toBeLessThan(1e-5);
    }
    const mean = picture.reduce((sum, value) => sum + value, 0) / picture.length;
    expect(mean).toBeCloseTo(expected.mean, 5);
  });

  test("kept while the sound grows equals the one made from the whole sound", () => {
    const length = fc.oneof(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 126_000, max: 130_000 }),
      fc.integer({ min: 1, max: 300_000 }),
    );
    const law = fc.property(
      fc.nat({ max: 1_000 }),
      length,
      fc.integer({ min: 100, max: 50_000 }),
      (seed, samples, step) => {
        const sound = soundOf(seed, samples);
        const runs: Int16Array[] = [];
        for (let at = 0; at < samples; at += step) runs.push(sound.subarray(at, at + step));
        const whole = referencePicture(sound.subarray(0, samples - (samples % 160)));
        expect(largestDifference(pictureOf(...runs), whole)).toBeLessThan(1e-5);
      },
    );
    fc.assert(law, { numRuns: 15 });
  });

  test("does not remember what was before `clear`", () => {
    const picture = new SoundPicture();
    picture.add(soundOf(1, 200_000));
    picture.clear();
    picture.add(soundOf(2, 20_000));
    expect(largestDifference(picture.take(), pictureOf(soundOf(2, 20_000)))).toBe(0);
  });

  test("can be taken again and again while the utterance goes on", () => {
    const sound = soundOf(3, 64_000);
    const picture = new SoundPicture();
    picture.add(sound.subarray(0, 30_000));
    picture.take();
    picture.add(sound.subarray(30_000));
    expect(largestDifference(picture.take(), pictureOf(sound))).toBe(0);
  });

  test("of silence is flat", () => {
    const picture = pictureOf(new Int16Array(48_000));
    expect(new Set(picture).size).toBe(1);
  });
});

test("the recordings are what the golden values were made from", () => {
  for (const { clip } of golden.cases) {
    const { format } = decodeWav(readFileSync(new URL(`clips/${clip}`, import.meta.url)));
    expect(format).toEqual({ sampleRate: 16_000, channels: 1 });
  }
});
