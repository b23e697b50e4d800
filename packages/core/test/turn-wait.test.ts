import {
  defaultTurnWaits,
  type TurnEvidence,
  turnWait,
  type TurnWaits,
} from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

type Verdict = TurnEvidence["words"]["verdict"];

const evidence = (
  verdict: Verdict,
  finished: number | undefined,
  rest: Partial<TurnEvidence> = {},
): TurnEvidence => ({
  finished,
  words: { verdict, reason: "test" },
  clarityDb: 40,
  earlierPausesMs: [],
  ...rest,
});
const wait = (...args: Parameters<typeof evidence>) => turnWait(evidence(...args)).waitMs;

const anyVerdict = fc.constantFrom<Verdict>(
  "unfinished",
  "doubtful",
  "finished",
  "short",
  "unclear",
);
const anyWaits: fc.Arbitrary<TurnWaits> = fc
  .tuple(fc.nat(2000), fc.nat(2000), fc.nat(2000))
  .map(([quickMs, more, most]) => {
    return { quickMs, middleMs: quickMs + more, longMs: quickMs + more + most };
  });
const anyEvidence: fc.Arbitrary<TurnEvidence> = fc.record({
  finished: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  words: anyVerdict.map((verdict) => ({ verdict, reason: "any" })),
  clarityDb: fc.option(fc.double({ min: -10, max: 60, noNaN: true }), { nil: undefined }),
  earlierPausesMs: fc.array(fc.nat(5_000), { maxLength: 16 }),
});

const { quickMs, middleMs, longMs } = defaultTurnWaits;
const shortMs = (quickMs + middleMs) / 2;

describe("how long the silence must last", () => {
  test("a whole sentence with a falling voice ends the turn at once", () => {
    expect(wait("finished", 0.95)).toBe(quickMs);
  });

  test("unfinished words wait, however finished the voice sounds", () => {
    expect(wait("unfinished", 0.99)).toBe(longMs);
  });

  test("a whole sentence with an open voice waits", () => {
    expect(wait("finished", 0.3)).toBe(middleMs);
    expect(wait("finished", 0.02)).toBe(longMs);
  });

  test("without words the voice decides, and must be sure", () => {
    expect([0.95, 0.7, 0.2].map((finished) => wait("unclear", finished))).toEqual([
      quickMs,
      middleMs,
      longMs,
    ]);
  });

  test("without a model words decide", () => {
    const waits = (["finished", "short", "unclear", "doubtful", "unfinished"] as const).map(
      (verdict) => wait(verdict, undefined),
    );
    expect(waits).toEqual([shortMs, shortMs, middleMs, middleMs, longMs]);
  });

  test("a short answer never waits for long", () => {
    expect(wait("short", 0.01)).toBe(shortMs);
  });

  test("in noise the model is not believed", () => {
    expect(wait("unclear", 0.99, { clarityDb: 4 })).toBe(middleMs);
    expect(wait("finished", 0.99, { clarityDb: 4 })).toBe(shortMs);
  });

  test("a caller who pauses for long inside his sentences is given longer", () => {
    const earlierPausesMs = [500, 520, 480, 510];
    expect(wait("finished", 0.95, { earlierPausesMs })).toBeGreaterThan(520);
    expect(wait("finished", 0.95, { earlierPausesMs: [500, 520] })).toBe(quickMs);
    expect(wait("finished", 0.95, { earlierPausesMs: [120, 130, 140] })).toBe(quickMs);
  });
});

describe("always", () => {
  test("the wait lies between the quickest and the longest", () => {
    fc.assert(
      fc.property(anyEvidence, anyWaits, (known, waits) => {
        const { waitMs } = turnWait(known, waits);
        expect(waitMs).toBeGreaterThanOrEqual(waits.quickMs);
        expect(waitMs).toBeLessThanOrEqual(waits.longMs);
      }),
    );
  });

  test("a voice that sounds more finished never waits longer", () => {
    const p = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(anyEvidence, p, p, (known, a, b) => {
        const at = (finished: number) => turnWait({ ...known, finished }, defaultTurnWaits).waitMs;
        expect(at(Math.max(a, b))).toBeLessThanOrEqual(at(Math.min(a, b)));
      }),
    );
  });

  test("longer habitual pauses never shorten it", () => {
    fc.assert(
      fc.property(anyEvidence, fc.nat(1_000), (known, more) => {
        const slower = known.earlierPausesMs.map((ms) => ms + more);
        expect(turnWait({ ...known, earlierPausesMs: slower }).waitMs).toBeGreaterThanOrEqual(
          turnWait(known).waitMs,
        );
      }),
    );
  });
});
