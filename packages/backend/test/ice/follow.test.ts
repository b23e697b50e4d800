import fc from "fast-check";
import { expect, test } from "vitest";
import { follows, type PathView, silentMs } from "../../src/transport/ice/follow.ts";

const now = 100_000;
const path = fc.record<PathView>({
  provenIn: fc.option(fc.nat(3), { nil: undefined }),
  chosenIn: fc.integer({ min: -1, max: 3 }),
  heardAt: fc.integer({ min: 0, max: now }),
});
const proven = path.filter(({ provenIn }) => provenIn !== undefined);
const alive = { heardAt: now };
const moment = fc.record({ choosing: fc.boolean(), now: fc.constant(now) });

test("nothing is sent to where nobody has answered, whoever chooses it", () => {
  fc.assert(
    fc.property(path, path, moment, (heard, current, event) => {
      expect(follows({ ...heard, provenIn: undefined }, current, event)).toBe(false);
    }),
  );
});

test("what the client chose in a newer generation is followed at once, if it is proven", () => {
  fc.assert(
    fc.property(proven, path, moment, (heard, current, event) => {
      fc.pre(heard.chosenIn > current.chosenIn);
      expect(follows(heard, current, event)).toBe(true);
    }),
  );
});

test("of one generation the last choice counts: a NAT that gives another port is followed", () => {
  fc.assert(
    fc.property(proven, path, (heard, current) => {
      const same = { ...heard, chosenIn: current.chosenIn };
      expect(follows(same, current, { choosing: true, now })).toBe(true);
    }),
  );
});

test("a path that works is not left for one that the client has not chosen in this generation", () => {
  fc.assert(
    fc.property(proven, proven, moment, (heard, current, event) => {
      fc.pre(heard.chosenIn < current.chosenIn);
      expect(follows({ ...heard, ...alive }, { ...current, ...alive }, event)).toBe(false);
    }),
  );
});

test("a path that is silent for long is left for any proven one that is not", () => {
  fc.assert(
    fc.property(proven, path, moment, (heard, current, event) => {
      const silent = { ...current, heardAt: now - silentMs - 1 };
      expect(follows({ ...heard, ...alive }, silent, event)).toBe(true);
    }),
  );
});
