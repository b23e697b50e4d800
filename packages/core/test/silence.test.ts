import {
  nextDue,
  nextSilence,
  type Silence,
  type SilenceAction,
  silenceAt,
  type SilenceEvent,
  type SilenceRules,
  SilenceWatch,
} from "@metered/llmrtc-core";
import { manualClock } from "@metered/llmrtc-testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A call in fake time; what its rules did, and when. */
function watched(rules: SilenceRules) {
  const clock = manualClock();
  const done: [SilenceAction, number][] = [];
  const watch = new SilenceWatch({
    rules,
    clock,
    act: (action) => done.push([action, clock.now()]),
  });
  return { clock, watch, done };
}

describe("silence rules", () => {
  test("the agent speaks up after so much silence of both sides, and then hangs up", async () => {
    const { clock, watch, done } = watched({ promptAfterMs: 10_000, hangUpAfterMs: 30_000 });
    await clock.advance(60_000); // still connecting, or greeting
    watch.tell("quiet");
    await clock.advance(9_999);
    expect(done).toEqual([]);
    await clock.advance(1);
    expect(done).toEqual([["prompt", 70_000]]);
    await clock.advance(2_000);
    watch.tell("quiet"); // the prompt has been said
    await clock.advance(60_000);
    expect(done).toEqual([
      ["prompt", 70_000],
      ["hang-up", 90_000],
    ]);
    expect(clock.pending).toBe(0);
  });

  test("whatever the caller says or types begins the silence anew", async () => {
    const { clock, watch, done } = watched({ promptAfterMs: 10_000, hangUpAfterMs: 15_000 });
    watch.tell("quiet");
    await clock.advance(9_000);
    watch.tell("talk");
    await clock.advance(20_000);
    watch.tell("quiet");
    for (let second = 0; second < 60; second++) {
      await clock.advance(1_000);
      watch.tell("activity");
    }
    await clock.advance(9_999);
    expect(done).toEqual([]);
  });

  test("it prompts as often in a row as it may", async () => {
    const { clock, watch, done } = watched({ promptAfterMs: 5_000, prompts: 2 });
    watch.tell("quiet");
    for (let prompt = 0; prompt < 4; prompt++) {
      await clock.advance(5_000);
      watch.tell("quiet");
    }
    expect(done.map(([action]) => action)).toEqual(["prompt", "prompt"]);
    watch.tell("talk");
    watch.tell("quiet");
    await clock.advance(5_000);
    expect(done).toHaveLength(3);
  });

  test("a caller who was just asked has time to answer", async () => {
    const { clock, watch, done } = watched({ promptAfterMs: 5_000, hangUpAfterMs: 6_000 });
    watch.tell("quiet");
    await clock.advance(5_000);
    await clock.advance(3_000); // a long prompt
    watch.tell("quiet");
    await clock.advance(60_000);
    expect(done).toEqual([
      ["prompt", 5_000],
      ["hang-up", 13_000],
    ]);
  });

  test("without rules nothing ever happens, and no timer runs", async () => {
    const { clock, watch } = watched({});
    watch.tell("quiet");
    expect(clock.pending).toBe(0);
  });
});

const anyRules: fc.Arbitrary<SilenceRules> = fc.record(
  {
    promptAfterMs: fc.integer({ min: 1, max: 100 }),
    prompts: fc.integer({ min: 0, max: 4 }),
    hangUpAfterMs: fc.integer({ min: 1, max: 200 }),
  },
  { requiredKeys: [] },
);
const anySteps = fc.array(
  fc.record({
    type: fc.constantFrom<SilenceEvent["type"]>("talk", "quiet", "activity", "time"),
    afterMs: fc.integer({ min: 0, max: 60 }),
  }),
  { maxLength: 80 },
);

interface Step {
  readonly type: SilenceEvent["type"];
  readonly now: number;
  readonly before: Silence;
  readonly action: SilenceAction | undefined;
}

/** Plays the steps; each timer that falls due between two of them runs, as it would. */
function play(
  rules: SilenceRules,
  steps: readonly { type: SilenceEvent["type"]; afterMs: number }[],
) {
  let now = 0;
  let silence = silenceAt(now);
  const story: Step[] = [];
  const tell = (type: SilenceEvent["type"]): void => {
    const before = silence;
    const next = nextSilence(silence, { type }, now, rules);
    silence = next.silence;
    story.push({ type, now, before, action: next.action });
  };
  for (const { type, afterMs } of steps) {
    const until = now + afterMs;
    for (let due = nextDue(silence, rules); due && due.at <= until; due = nextDue(silence, rules)) {
      now = Math.max(now, due.at);
      tell("time");
    }
    now = until;
    tell(type);
  }
  return story;
}

describe("the laws of silence", () => {
  test("nothing is done while somebody speaks, thinks or is waited for", () => {
    fc.assert(
      fc.property(anyRules, anySteps, (rules, steps) => {
        for (const { before, action } of play(rules, steps)) {
          if (action) expect(before.busy).toBeUndefined();
        }
      }),
    );
  });

  test("never sooner than the rules say after the last sound or keystroke", () => {
    fc.assert(
      fc.property(anyRules, anySteps, (rules, steps) => {
        let last = 0; // of both sides and the keyboard, prompts included
        let exchange = 0; // prompts excluded
        for (const { type, now, before, action } of play(rules, steps)) {
          if (action === "prompt")
            expect(now - last).toBeGreaterThanOrEqual(rules.promptAfterMs ?? NaN);
          if (action === "hang-up")
            expect(now - exchange).toBeGreaterThanOrEqual(rules.hangUpAfterMs ?? NaN);
          if (type === "time") continue;
          if (type !== "quiet" || before.busy) last = now;
          if (type !== "quiet" || before.busy === "talk") exchange = now;
        }
      }),
    );
  });

  test("never more prompts in a row than allowed, and nothing after the call has ended", () => {
    fc.assert(
      fc.property(anyRules, anySteps, (rules, steps) => {
        let row = 0;
        let over = false;
        for (const { type, action } of play(rules, steps)) {
          if (action) expect(over).toBe(false);
          if (type === "talk" || type === "activity") row = 0;
          if (action === "prompt") row += 1;
          if (action === "hang-up") over = true;
          expect(row).toBeLessThanOrEqual(rules.prompts ?? 1);
        }
      }),
    );
  });

  test("a caller who never comes back is hung up on, however often he is prompted", () => {
    fc.assert(
      fc.property(anyRules, fc.integer({ min: 1, max: 200 }), (rules, hangUpAfterMs) => {
        const silence = Array.from({ length: 40 }, () => ({ type: "quiet", afterMs: 60 }) as const);
        const story = play({ ...rules, hangUpAfterMs }, [
          { type: "quiet", afterMs: 0 },
          ...silence,
        ]);
        expect(story.filter(({ action }) => action === "hang-up")).toHaveLength(1);
      }),
    );
  });
});
