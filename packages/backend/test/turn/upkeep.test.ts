import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepUp } from "../../src/transport/turn/upkeep.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a server may say; null: nothing, or no. */
const anyAnswer = fc.option(fc.oneof(fc.nat(3600), fc.constant(NaN), fc.nat(0xffff_ffff)));

test("a relay is prolonged in time, and never more than twice a minute, whatever is granted", async () => {
  const law = fc.asyncProperty(anyAnswer, fc.boolean(), async (seconds, refuses) => {
    const granted = seconds ?? undefined;
    const times = [Date.now()];
    const failed = vi.fn();
    const refresh = async () => {
      times.push(Date.now());
      if (refuses) throw new Error("437");
      return granted;
    };
    const stop = keepUp(granted, { refresh, failed });
    await vi.advanceTimersByTimeAsync(3_600_000);
    stop();
    expect(vi.getTimerCount()).toBe(0);

    const gaps = times.slice(1).map((at, n) => (at - (times[n] ?? at)) / 1000);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(500);
    const isGranted = granted !== undefined && granted > 0;
    if (isGranted && granted >= 36) expect(gaps[0]).toBeLessThan(granted);
    expect(failed).toHaveBeenCalledTimes(
      (isGranted ? 0 : 1) + (isGranted && !refuses ? 0 : gaps.length),
    );
  });
  await fc.assert(law, { numRuns: 50 });
});

test("one that is ended while it asks does not ask again", async () => {
  let answer: (granted: number) => void = () => undefined;
  const refresh = vi.fn(() => new Promise((resolve) => (answer = resolve)));
  const stop = keepUp(600, { refresh, failed: () => undefined });
  await vi.advanceTimersByTimeAsync(500_000);
  stop();
  answer(600);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect([refresh.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0]);
});
