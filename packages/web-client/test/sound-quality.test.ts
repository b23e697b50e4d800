import fc from "fast-check";
import { expect, test } from "vitest";
import { SoundQuality } from "../src/connection/sound-quality.ts";

const sound = (packetsReceived: number, packetsLost: number, jitter = 0) =>
  new Map([
    ["T", { type: "transport" }],
    ["I", { type: "inbound-rtp", packetsReceived, packetsLost, jitter }],
  ]);

test("loss is a share of what was sent since the look before, whatever was lost earlier", () => {
  const count = fc.nat(10_000);
  fc.assert(
    fc.property(count, count, count, count, (received, lost, nowReceived, nowLost) => {
      fc.pre(nowReceived + nowLost > 0);
      const quality = new SoundQuality();
      quality.look(sound(received, lost));
      const { lossPct } = quality.look(sound(received + nowReceived, lost + nowLost));
      expect(lossPct).toBeCloseTo((100 * nowLost) / (nowReceived + nowLost), 0);
      expect(lossPct).toBeGreaterThanOrEqual(0);
      expect(lossPct).toBeLessThanOrEqual(100);
    }),
  );
});

test("it has one decimal, and jitter is in milliseconds", () => {
  expect(new SoundQuality().look(sound(2, 1, 0.0125))).toEqual({ lossPct: 33.3, jitterMs: 12.5 });
});

test("packets that were given up and came after all are no loss below none", () => {
  const quality = new SoundQuality();
  quality.look(sound(90, 10));
  expect(quality.look(sound(200, 4)).lossPct).toBe(0);
});

test("says nothing as long as there is nothing to say", () => {
  const quality = new SoundQuality();
  expect(quality.look(new Map())).toEqual({});
  expect(quality.look(new Map([["I", { type: "inbound-rtp" }]]))).toEqual({});
  quality.look(sound(500, 3));
  expect(quality.look(sound(500, 3))).toEqual({});
});
