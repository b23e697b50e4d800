import { silentLogger } from "@metered/llmrtc-core";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  atEase,
  entrance,
  mostAsking,
  nextStrain,
  type Strain,
} from "../../src/security/capacity.ts";
import { EventLoopWatch } from "../../src/security/event-loop-watch.ts";
import { ReturnGate } from "../../src/security/return-gate.ts";

const limitMs = 60;
const after = (delays: readonly number[], from: Strain = atEase): Strain =>
  delays.reduce((strain, delayMs) => nextStrain(strain, delayMs, limitMs), from);
const strained = after([100, 100, 100]);
const any = fc.double({ min: 0, max: 1_000, noNaN: true });

describe("strain", () => {
  test("two bad seconds are none, three in a row are", () => {
    expect(after([500, 500]).strained).toBe(false);
    expect(after([500, 500, 0, 500, 500]).strained).toBe(false);
    expect(strained.strained).toBe(true);
  });

  test("goes after five calm seconds in a row, not before", () => {
    expect(after([0, 0, 0, 0, 40, 0], strained).strained).toBe(true);
    expect(after([0, 0, 0, 0, 0], strained).strained).toBe(false);
  });

  test("between half the limit and the limit nothing changes", () => {
    const between = fc.double({ min: limitMs / 2, max: limitMs, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(any), fc.array(between), (before, delays) => {
        const strain = after(before);
        expect(after(delays, strain).strained).toBe(strain.strained);
      }),
    );
  });

  test("a calm process takes callers again, a late one stops to, whatever was before", () => {
    fc.assert(
      fc.property(fc.array(any), (before) => {
        expect(after([0, 0, 0, 0, 0], after(before)).strained).toBe(false);
        expect(after([60, 60, 60], after(before)).strained).toBe(true);
      }),
    );
  });

  test("never flickers: two changes are three seconds apart at least", () => {
    fc.assert(
      fc.property(fc.array(any, { minLength: 3 }), (delays) => {
        const states = delays.map((_, i) => after(delays.slice(0, i + 1)).strained);
        const changes = states.flatMap((state, i) => (i > 0 && state !== states[i - 1] ? [i] : []));
        for (const [n, at] of changes.entries()) {
          expect(at - (changes[n - 1] ?? -3)).toBeGreaterThanOrEqual(3);
        }
      }),
    );
  });
});

describe("the entrance", () => {
  const occupancy = fc.record({
    occupied: fc.nat(200),
    maxSessions: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constant(Infinity)),
    strained: fc.boolean(),
    asking: fc.nat(mostAsking),
  });

  test("is never open to more than there are places", () => {
    fc.assert(
      fc.property(occupancy, fc.integer({ min: 1, max: 100 }), fc.nat(3), (now, places, more) => {
        const full = { ...now, maxSessions: places, occupied: places + more };
        expect(entrance(full)).not.toBe("open");
      }),
    );
  });

  test("a server without calls is open, however late it is", () => {
    fc.assert(
      fc.property(occupancy, (now) => {
        expect(entrance({ ...now, occupied: 0 })).toBe("open");
      }),
    );
  });

  test("while it is not open callers may come back, a few at a time", () => {
    fc.assert(
      fc.property(occupancy, (now) => {
        if (entrance(now) === "open") return;
        expect(entrance(now)).toBe(now.asking < mostAsking ? "returning" : "closed");
      }),
    );
  });
});

describe("the watch over the event loop", () => {
  test("tells when it is late, and when it keeps up again", () => {
    let delayMs = 100;
    const watch = new EventLoopWatch({ limitMs, logger: silentLogger, measure: () => delayMs });
    const looks = (count: number): boolean => {
      for (let i = 0; i < count; i++) watch.look();
      return watch.strained;
    };
    expect(looks(2)).toBe(false);
    expect(looks(1)).toBe(true);
    delayMs = 1;
    expect(looks(4)).toBe(true);
    expect(looks(1)).toBe(false);
    watch.close();
  });

  test("sees a loop that is held up", async () => {
    const watch = new EventLoopWatch({ limitMs: 5, logger: silentLogger });
    for (let look = 0; look < 3; look++) {
      for (let i = 0; i < 5; i++) {
        const end = performance.now() + 60;
        while (performance.now() < end); // nobody else has a turn
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      watch.look();
    }
    expect(watch.strained).toBe(true);
    watch.close();
  });
});

describe("the gate of a full server", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("refuses who says nothing for five seconds", () => {
    vi.useFakeTimers();
    const refused = vi.fn();
    const gate = new ReturnGate({ hasPlace: () => true, refused });
    expect(gate.passes({ type: "hello", features: [] })).toBe(true);
    vi.advanceTimersByTime(4_999);
    expect(refused).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(refused).toHaveBeenCalledOnce();
  });

  test("lets everything pass once he has said to which call he comes back", () => {
    vi.useFakeTimers();
    const refused = vi.fn();
    const gate = new ReturnGate({ hasPlace: (id) => id === "his", refused });
    expect(gate.passes({ type: "reconnect", sessionId: "his" })).toBe(true);
    expect(gate.passes({ type: "interrupt" })).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(refused).not.toHaveBeenCalled();
  });
});
