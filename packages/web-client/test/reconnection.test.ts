import fc from "fast-check";
import { expect, test } from "vitest";
import { reconnectionConfig } from "../src/config.ts";
import {
  connectionState,
  nextProgress,
  retryDelayMs,
  type Progress,
  type ProgressEvent,
} from "../src/connection/reconnection.ts";

const config = reconnectionConfig();
const lost: ProgressEvent = { type: "lost", retryable: true, random: 0.5 };

function play(events: readonly ProgressEvent[], given = config): Progress[] {
  const steps: Progress[] = [{ phase: "disconnected" }];
  for (const event of events) steps.push(nextProgress(last(steps), event, given));
  return steps;
}

function last(steps: readonly Progress[]): Progress {
  return steps.at(-1) ?? { phase: "disconnected" };
}

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const anyEvent = fc.oneof(
  fc.constantFrom<ProgressEvent>(
    { type: "start" },
    { type: "connected" },
    { type: "interrupted" },
    { type: "wait-over" },
    { type: "close" },
  ),
  fc.record({ type: fc.constant("lost" as const), retryable: fc.boolean(), random: unit }),
);
const anyStory = fc.array(anyEvent, { maxLength: 60 });

/** Facts, section 5.4, and `connected` straight from an ICE restart. */
const allowed: Record<string, readonly string[]> = {
  disconnected: ["connecting", "closed"],
  connecting: ["connected", "reconnecting", "failed", "closed"],
  connected: ["reconnecting", "failed", "closed"],
  reconnecting: ["connecting", "connected", "failed", "closed"],
  failed: ["connecting", "closed"],
  closed: ["connecting"],
};

test("states follow one another only as documented", () => {
  fc.assert(
    fc.property(anyStory, (story) => {
      const states = play(story).map(connectionState);
      for (const [index, state] of states.entries()) {
        const next = states[index + 1] ?? state;
        if (next !== state) expect(allowed[state]).toContain(next);
      }
    }),
  );
});

test("no story leaves a call that close() cannot end and start() cannot begin again", () => {
  fc.assert(
    fc.property(anyStory, (story) => {
      const closed = last(play([...story, { type: "close" }]));
      expect(closed).toEqual({ phase: "closed" });
      expect(last(play([...story, { type: "close" }, { type: "start" }]))).toEqual({
        phase: "connecting",
        retries: 0,
      });
    }),
  );
});

test("never more tries in a row than allowed", () => {
  fc.assert(
    fc.property(fc.nat(8), (maxRetries) => {
      const story = Array.from({ length: 20 }, () => [lost, { type: "wait-over" } as const]).flat();
      const steps = play([{ type: "start" }, ...story], { ...config, maxRetries });
      const waits = new Set(steps.filter((step) => step.phase === "waiting"));
      expect(waits.size).toBe(maxRetries);
      expect(last(steps)).toEqual({ phase: "failed" });
    }),
  );
});

test("a wait is its nominal time, give or take the jitter", () => {
  fc.assert(
    fc.property(fc.nat(20), unit, unit, (made, random, jitterFactor) => {
      const nominal = Math.min(1000 * 2 ** made, 30_000);
      const delay = retryDelayMs(made, random, { ...config, jitterFactor });
      expect(Math.abs(delay - nominal)).toBeLessThanOrEqual(nominal * jitterFactor + 1e-6);
    }),
  );
});

test("waits double from 1 s to 16 s by default", () => {
  const delays = [0, 1, 2, 3, 4].map((made) => retryDelayMs(made, 0.5, config));
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000]);
});

test("a connected call starts its retries anew", () => {
  const steps = play([
    { type: "start" },
    lost,
    { type: "wait-over" },
    lost,
    { type: "wait-over" },
    { type: "connected" },
    lost,
  ]);
  expect(last(steps)).toEqual({ phase: "waiting", retries: 1, delayMs: 1000 });
});

test("what cannot be retried, and what may not be, fails at once", () => {
  const refused = { ...lost, retryable: false };
  expect(last(play([{ type: "start" }, refused]))).toEqual({ phase: "failed" });
  const off = { ...config, enabled: false };
  expect(last(play([{ type: "start" }, lost], off))).toEqual({ phase: "failed" });
});

test("undefined options mean the defaults", () => {
  const given = { enabled: undefined, maxRetries: undefined } as unknown as Partial<typeof config>;
  expect(reconnectionConfig(given)).toEqual(config);
});
