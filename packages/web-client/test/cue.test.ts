import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cue, type Playhead } from "../src/media/cue.ts";

interface Arrival {
  readonly callTime: number;
  readonly now: number;
}

const lengthMs = 20;

/** Plays pieces of 20 ms; those that are dropped are left out. */
function play(arrivals: readonly Arrival[]) {
  let head: Playhead | undefined;
  return arrivals.flatMap(({ callTime, now }) => {
    const cued = cue(head, { callTime, lengthMs }, now);
    head = cued.head;
    const { startsAt } = cued;
    return startsAt === undefined ? [] : [{ startsAt, now, targetMs: head.targetMs }];
  });
}

/** A talk with pauses over a network that delays, in order. */
const talk: fc.Arbitrary<Arrival[]> = fc
  .array(fc.record({ pause: fc.constantFrom(0, 0, 0, 0, 60, 400), delay: fc.nat(1500) }), {
    minLength: 1,
    maxLength: 80,
  })
  .map((steps) => {
    let callTime = 0;
    let now = 0;
    return steps.map(({ pause, delay }) => {
      callTime += pause + lengthMs;
      now = Math.max(now, callTime + (delay > 1400 ? delay : delay % 40));
      return { callTime, now };
    });
  });

describe("whatever the network does", () => {
  test("nothing is played in the past, twice at once, or more than a second late", () => {
    fc.assert(
      fc.property(talk, (arrivals) => {
        const played = play(arrivals);
        for (const [n, { startsAt, now, targetMs }] of played.entries()) {
          expect(startsAt).toBeGreaterThan(now);
          expect(startsAt - now).toBeLessThanOrEqual(1000);
          expect(targetMs).toBeGreaterThanOrEqual(80);
          expect(targetMs).toBeLessThanOrEqual(150);
          const before = played[n - 1];
          if (before) expect(startsAt).toBeGreaterThanOrEqual(before.startsAt + lengthMs);
        }
      }),
    );
  });
});

const steady = (from: number, count: number, delay = 0): Arrival[] =>
  Array.from({ length: count }, (_, n) => {
    const callTime = from + n * lengthMs;
    return { callTime, now: callTime + delay };
  });

test("a steady run starts 80 ms after its first piece and has no gap", () => {
  expect(play(steady(0, 50)).map(({ startsAt }) => startsAt)).toEqual(
    steady(0, 50).map(({ callTime }) => callTime + 80),
  );
});

test("rounded times join without a gap", () => {
  const [, second] = play([
    { callTime: 0, now: 0 },
    { callTime: 20.4, now: 20 },
  ]);
  expect(second?.startsAt).toBe(100);
});

test("a piece that is late costs one gap and a longer buffer; the pause after it shortens it again", () => {
  const played = play([...steady(0, 10), ...steady(200, 10, 150), ...steady(1000, 10)]);
  expect(played[10]?.startsAt).toBe(200 + 150 + 100);
  expect(played[10]?.targetMs).toBe(100);
  expect(played[11]?.startsAt).toBe(200 + 150 + 120);
  expect(played[20]).toMatchObject({ startsAt: 1000 + 95, targetMs: 95 });
});

test("a second that comes all at once is played; what comes behind it is dropped", () => {
  const burst = Array.from({ length: 100 }, (_, n) => ({ callTime: n * lengthMs, now: 5000 }));
  const played = play(burst);
  expect(played).toHaveLength(47); // 80 ms until the first, then as many as start within 1 s
});
