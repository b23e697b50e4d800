import {
  Contest,
  type InterruptionDetector,
  interruptionDetector,
  type InterruptionVerdict,
} from "@metered/llmrtc-core";
import { manualClock } from "@metered/llmrtc-testing";
import { describe, expect, test } from "vitest";

/** A voice over the agent, in time that the test moves; it began 96 ms ago. */
function contest(detector: InterruptionDetector = interruptionDetector()) {
  const clock = manualClock();
  const verdicts: { readonly verdict: InterruptionVerdict; readonly atMs: number }[] = [];
  const judged = new Contest({
    detector,
    sinceMs: 96,
    withinMs: 600,
    clock,
    agent: () => ({ agentAudible: true, agentWords: "Once upon a time", agentLeftMs: undefined }),
    decide: (verdict) => verdicts.push({ verdict, atMs: clock.now() + 96 }),
  });
  let voiceMs = 96;
  return {
    judged,
    clock,
    verdicts,
    sound: async (ms: number, isVoice = true): Promise<void> => {
      for (let at = 0; at < ms; at += 32) {
        if (isVoice) voiceMs += 32;
        judged.hear(new Int16Array(512), voiceMs);
        await clock.advance(32);
      }
    },
  };
}

describe("a voice over the agent", () => {
  test("that goes on is a turn in time, without a word", async () => {
    const { sound, verdicts } = contest();
    await sound(1_000);
    expect(verdicts).toEqual([{ verdict: "turn", atMs: 600 }]);
  });

  test("that says what it wants is a turn as soon as it is understood", async () => {
    const { sound, verdicts, judged } = contest();
    await sound(300);
    judged.understand("Wait, I");
    await sound(32);
    expect(verdicts).toMatchObject([{ verdict: "turn" }]);
    expect(verdicts[0]?.atMs).toBeLessThan(450);
  });

  test("that was a nod is nothing once it pauses", async () => {
    const { sound, verdicts, judged } = contest();
    await sound(320);
    judged.understand("Mm-hmm");
    await sound(64, false);
    judged.pause();
    await sound(64, false);
    expect(verdicts).toEqual([]); // it could be the gap between two words
    await sound(64, false);
    expect(verdicts).toMatchObject([{ verdict: "nothing" }]);
  });

  test("that stopped without a word lets the agent go on, until the words are there", async () => {
    const { sound, verdicts, judged } = contest();
    await sound(200);
    await sound(96, false);
    judged.pause();
    await sound(600, false);
    expect(verdicts).toEqual([{ verdict: "unclear", atMs: 600 }]);
    expect(await judged.conclude("Stop.")).toBe("turn");
  });

  test("that stops just when time is up is given the moment that a pause takes", async () => {
    const { sound, verdicts, judged } = contest();
    await sound(480);
    await sound(64, false);
    expect(verdicts).toEqual([]);
    await sound(64);
    expect(verdicts).toEqual([{ verdict: "turn", atMs: 700 }]);
    judged.close();
  });

  test("that says one word and goes on at once is not taken for nothing between them", async () => {
    const { sound, verdicts, judged } = contest();
    await sound(256);
    judged.understand("Tuesday");
    await sound(64, false);
    judged.pause();
    await sound(32, false);
    judged.resume();
    await sound(640);
    expect(verdicts).toMatchObject([{ verdict: "turn" }]);
  });

  test("that goes on after it was nothing is judged anew", async () => {
    const { sound, verdicts, judged } = contest();
    await sound(320);
    judged.understand("Mm-hmm");
    judged.pause();
    await sound(200, false);
    judged.resume();
    await sound(320);
    judged.understand("Mm-hmm, but what about");
    await sound(32);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(["nothing", "turn"]);
  });

  test("is told once that it is unclear, and asked of no more when it is over", async () => {
    const { sound, verdicts, judged, clock } = contest();
    judged.pause();
    await sound(2_000, false);
    judged.understand("");
    await clock.advance(100);
    expect(verdicts).toHaveLength(1);
    judged.close();
    judged.understand("Stop");
    await clock.advance(2_000);
    expect(verdicts).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test("is a turn in the end when its detector fails: nothing said is lost", async () => {
    const broken: InterruptionDetector = {
      name: "broken",
      judge: () => Promise.reject(new Error("out of order")),
    };
    const { sound, verdicts, judged } = contest(broken);
    await sound(1_200);
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(["unclear"]);
    expect(await judged.conclude("Anything")).toBe("turn");
  });
});
