import { InterimWords } from "@metered/llmrtc-core";
import { manualClock } from "@metered/llmrtc-testing";
import { expect, test } from "vitest";

const running = new AbortController().signal;

test("a recogniser that answers pauses is waited for, past older guesses", async () => {
  const words = new InterimWords({ marksPauses: true });
  const asked = words.atPause(running);
  words.hear("My name", false);
  words.hear("My name is", true);
  expect(await asked).toBe("My name is");
});

test("of any other the next guess counts, or after a moment the newest", async () => {
  const clock = manualClock();
  const words = new InterimWords({}, { clock });
  words.hear("My", false);
  const soon = words.atPause(running);
  words.hear("My name", false);
  expect(await soon).toBe("My name");
  const later = words.atPause(running);
  await clock.advance(200);
  expect(await later).toBe("My name");
});

test("nobody waits for ever", async () => {
  const clock = manualClock();
  const words = new InterimWords({ marksPauses: true }, { clock });
  const silent = words.atPause(running);
  await clock.advance(1_000);
  expect(await silent).toBeUndefined();
  const over = new AbortController();
  const unheard = words.atPause(over.signal);
  over.abort();
  expect(await unheard).toBeUndefined();
  expect(clock.pending).toBe(0);
  const last = words.atPause(running);
  words.end();
  expect(await last).toBeUndefined();
});
