import type { Clock } from "@metered/llmrtc-core";

/** Time that stands still until the test moves it. */
export interface ManualClock extends Clock {
  /**
   * Moves time on. Timers that fall due run in order, each at its own time, and promises settle after
   * each of them, so that timers set meanwhile run too.
   */
  advance(ms: number): Promise<void>;
  /** Timers that were set and neither ran nor were cancelled: 0 when everything was let go of. */
  readonly pending: number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

// Taken now, so that a test framework's fake timers do not stop it.
const { setImmediate } = globalThis;

/** @param startMs what `now()` says at first */
export function manualClock(startMs = 0): ManualClock {
  let now = startMs;
  const timers = new Set<Timer>();
  const nextUntil = (end: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];

  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + Math.max(0, ms), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let timer = nextUntil(end); timer; timer = nextUntil(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.callback();
        await settle();
      }
      now = end;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** Lets every promise that can settle do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
