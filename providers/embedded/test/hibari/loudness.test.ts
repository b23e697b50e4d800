import fc from "fast-check";
import { expect, test } from "vitest";
import { softLimit, toPcmBytes } from "../../src/hibari/loudness.ts";

const sample = fc.double({ min: -4, max: 4, noNaN: true });

test("the voice is made twice as loud", () => {
  const view = new DataView(toPcmBytes(Float32Array.of(0, 0.25, -0.25)).buffer);
  expect([0, 2, 4].map((at) => view.getInt16(at, true))).toEqual([0, 16_384, -16_383]);
});

test("however loud it gets, it never overflows", () => {
  fc.assert(
    fc.property(sample, (value) => {
      const view = new DataView(toPcmBytes(Float32Array.of(value)).buffer);
      expect(Math.sign(view.getInt16(0, true)) * Math.sign(value)).toBeGreaterThanOrEqual(0);
      expect(Math.abs(softLimit(value))).toBeLessThanOrEqual(1);
    }),
  );
});

test("louder stays louder", () => {
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      expect(softLimit(Math.max(a, b))).toBeGreaterThanOrEqual(softLimit(Math.min(a, b)));
    }),
  );
});
