import { TurnStopwatch } from "@metered/llmrtc-core";
import { expect, test } from "vitest";

test("a spoken turn counts from the caller's last voiced frame", () => {
  let now = 1_000;
  const stopwatch = new TurnStopwatch("speech", () => now);
  now = 3_000;
  stopwatch.speechEnded({ silenceMs: 500, reason: "silence" });
  now = 3_200;
  stopwatch.mark("transcriptMs");
  stopwatch.mark("audibleMs", 50);
  stopwatch.replied({ spokenMs: 900.4, heardMs: 300, attested: true, interrupted: true });
  expect(stopwatch.timings).toEqual({
    from: "speech",
    endOfTurnMs: 500,
    endOfTurnReason: "silence",
    transcriptMs: 700,
    audibleMs: 650,
    spokenMs: 900,
    heardMs: 300,
    attested: true,
    interrupted: true,
  });
});

test("the first mark of a stage counts, and what was ready before counts as no time", () => {
  let now = 0;
  const stopwatch = new TurnStopwatch("speech", () => now);
  stopwatch.mark("llmFirstTokenMs");
  now = 900;
  stopwatch.mark("llmFirstTokenMs");
  stopwatch.speechEnded({ silenceMs: 300, reason: "silence" });
  expect(stopwatch.timings).toMatchObject({ llmFirstTokenMs: 0, endOfTurnMs: 300 });
});

test("a turn without a reply has no times of one", () => {
  expect(new TurnStopwatch("text").timings).toEqual({
    from: "text",
    spokenMs: 0,
    heardMs: 0,
    attested: false,
    interrupted: false,
  });
});
