import fc from "fast-check";
import { expect, test } from "vitest";
import { base64FromBytes, bytesFromBase64 } from "../src/connection/base64.ts";
import { loudness } from "../src/media/level.ts";

const samples = fc.float32Array({ min: -1, max: 1, noNaN: true, minLength: 1, maxLength: 64 });

test("loudness lies between 0 and 1, and louder is never lower", () => {
  fc.assert(
    fc.property(samples, (sound) => {
      const level = loudness(sound);
      expect(level).toBeGreaterThanOrEqual(0);
      expect(level).toBeLessThanOrEqual(1);
      expect(loudness(sound.map((sample) => sample / 2))).toBeLessThanOrEqual(level);
    }),
  );
});

test("silence is 0, full scale 1, half the decibels the half", () => {
  expect(loudness(new Float32Array(8))).toBe(0);
  expect(loudness(new Float32Array(8).fill(1))).toBe(1);
  expect(loudness(new Float32Array(8).fill(10 ** (-30 / 20)))).toBeCloseTo(0.5, 5);
});

test("base64 survives both ways, whatever the length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const copy = new Uint8Array(bytes);
      expect(new Uint8Array(bytesFromBase64(base64FromBytes(copy.buffer)))).toEqual(copy);
    }),
  );
  const large = new Uint8Array(100_000).fill(7);
  expect(base64FromBytes(large.buffer)).toBe(Buffer.from(large).toString("base64"));
});
