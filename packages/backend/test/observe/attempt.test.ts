import { type ConnectionReason, connectionReasons } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Attempt,
  type AttemptEvent,
  connectWithinMs,
  newAttempt,
  nextAttempt,
} from "../../src/observe/attempt.ts";

const stage = fc.constantFrom("path" as const, "handshake" as const, "open" as const, undefined);
const event: fc.Arbitrary<AttemptEvent> = fc.oneof(
  fc.record({ type: fc.constant("offered" as const), candidates: fc.nat(2) }),
  fc.record({ type: fc.constant("candidate" as const) }),
  fc.record({
    type: fc.constant("trouble" as const),
    reason: fc.constantFrom(...connectionReasons),
  }),
  fc.record({ type: fc.constant("connected" as const) }),
  fc.record({ type: fc.constant("check" as const) }),
  fc.record({ type: fc.constant("time" as const), stage }),
  fc.record({ type: fc.constant("over" as const), stage }),
);
const story = fc.array(fc.record({ event, afterMs: fc.nat(4_000) }), { maxLength: 20 });

function play(steps: readonly { readonly event: AttemptEvent; readonly afterMs: number }[]) {
  let now = 0;
  let attempt = newAttempt(0);
  const states: Attempt[] = [attempt];
  for (const { event, afterMs } of steps) {
    now += afterMs;
    attempt = nextAttempt(attempt, event, now);
    states.push(attempt);
  }
  return { attempt, states, now };
}

const failed = (...steps: (readonly [AttemptEvent, number])[]) => {
  const { attempt } = play(steps.map(([event, afterMs]) => ({ event, afterMs })));
  return attempt.phase === "failed" ? attempt.reason : attempt.phase;
};

describe("an attempt to connect", () => {
  test("ends once, and then nothing changes it", () => {
    fc.assert(
      fc.property(story, (steps) => {
        const { states } = play(steps);
        const ends = states.filter(({ phase }) => phase !== "connecting");
        expect(new Set(ends).size).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("is never stuck: after 15 s, or without its socket, it is over", () => {
    fc.assert(
      fc.property(story, stage, (steps, at) => {
        const { attempt, now } = play(steps);
        const late = Math.max(now, connectWithinMs);
        const checks = attempt.phase === "connecting" && attempt.check;
        const timedOut = nextAttempt(attempt, { type: "time", stage: at }, late);
        expect(timedOut.phase === "connecting").toBe(checks);
        expect(nextAttempt(attempt, { type: "over", stage: at }, now).phase).not.toBe("connecting");
      }),
    );
  });

  test("takes the word of the caller's end for its own, unless it is about his microphone", () => {
    const late = [{ type: "time", stage: "path" }, connectWithinMs] as const;
    const offer = [{ type: "offered", candidates: 1 }, 0] as const;
    expect(failed(offer, [{ type: "trouble", reason: "credentials" }, 9], late)).toBe(
      "credentials",
    );
    expect(failed(offer, [{ type: "trouble", reason: "microphone-denied" }, 9], late)).toBe(
      "ice-failed",
    );
  });

  test.each([
    ["signalling", undefined, undefined],
    ["no-candidates", 0, "path"],
    ["ice-failed", 2, "path"],
    ["ice-failed", 2, undefined],
    ["dtls-failed", 2, "handshake"],
    ["media-silent", 2, "open"],
  ] as const)("fails with %s after its first missing step", (reason, candidates, stage) => {
    const time = [{ type: "time", stage }, connectWithinMs] as const;
    if (candidates === undefined) expect(failed(time)).toBe(reason);
    else expect(failed([{ type: "offered", candidates }, 100], time)).toBe(reason);
  });

  test("of one who goes at once is nobody's failure; of one who waited it is", () => {
    const offer = [{ type: "offered", candidates: 1 }, 0] as const;
    const over = { type: "over", stage: "path" } as const;
    expect(failed(offer, [over, 4_999])).toBe("left");
    expect(failed(offer, [over, 5_000])).toBe("ice-failed");
    expect(failed([over, 4_999])).toBe("left");
    expect(failed([over, 5_000])).toBe("signalling"); // he was not greeted in all that time
  });

  test("has nothing to do with what the client tells of earlier ones, before it offers", () => {
    const offer = [{ type: "offered", candidates: 1 }, 10] as const;
    const over = [{ type: "over", stage: "path" }, 800] as const;
    const trouble = (reason: ConnectionReason) => [{ type: "trouble", reason }, 5] as const;
    expect(failed(trouble("signalling"), offer, over)).toBe("left");
    expect(failed(trouble("unsupported"), over)).toBe("unsupported");
  });

  test("that our own end gives up fails with its reason; a check or a call that stands does not", () => {
    const givenUp = [{ type: "given-up", reason: "busy" }, 20] as const;
    expect(failed(givenUp)).toBe("busy");
    expect(failed([{ type: "check" }, 1], givenUp)).toBe("checked");
    expect(failed([{ type: "connected" }, 1], givenUp)).toBe("connected");
  });

  test("that is only a check has no outcome", () => {
    const check = [{ type: "check" }, 0] as const;
    expect(failed(check, [{ type: "connected" }, 1], [{ type: "over", stage: "open" }, 1])).toBe(
      "checked",
    );
  });
});
