import type { ClientMessage } from "@metered/llmrtc-core";
import { manualClock } from "@metered/llmrtc-testing";
import { expect, test } from "vitest";
import { Attestation } from "../src/media/attestation.ts";

function listener() {
  const clock = manualClock();
  const sent: ClientMessage[] = [];
  const state = { position: null as number | null };
  const attestation = new Attestation({
    clock,
    played: () => ({ position: state.position, outputDelayMs: 20 }),
    send: (message) => void sent.push(message),
  });
  return { clock, sent, state, attestation };
}

test("says at once that nothing is played yet, then soon that something is, then 5 times a second", async () => {
  const { clock, sent, state, attestation } = listener();
  attestation.follow({ type: "tts-start" });
  await clock.advance(500);
  expect(sent).toEqual([{ type: "playout", position: null, outputDelayMs: 20 }]);
  state.position = 960;
  await clock.advance(50);
  expect(sent).toHaveLength(2);
  for (let at = 0; at < 100; at++) {
    state.position += 480;
    await clock.advance(10);
  }
  expect(sent).toHaveLength(7);
});

test("stops half a second after the speech, and with the call", async () => {
  const { clock, sent, state, attestation } = listener();
  for (const end of ["tts-complete", "tts-cancelled"] as const) {
    attestation.follow({ type: "tts-start" });
    await clock.advance(1000);
    attestation.follow({ type: end });
    const before = sent.length;
    state.position = (state.position ?? 0) + 960;
    await clock.advance(1000);
    expect(sent.length).toBe(before + 1);
    expect(clock.pending).toBe(0);
  }
  attestation.follow({ type: "tts-start" });
  attestation.close();
  expect(clock.pending).toBe(0);
});

test("says nothing where the agent does not speak", async () => {
  const { clock, sent, attestation } = listener();
  attestation.follow({ type: "llm", text: "Hello." });
  await clock.advance(1000);
  expect(sent).toEqual([]);
});

test("a pause tells where the listener stopped, and nothing more until the agent goes on", async () => {
  const { clock, sent, state, attestation } = listener();
  attestation.follow({ type: "tts-start" });
  state.position = 960;
  await clock.advance(60);
  const before = sent.length;
  attestation.follow({ type: "tts-paused" });
  expect(sent).toHaveLength(before + 1);
  expect(sent.at(-1)).toMatchObject({ position: 960 });
  state.position = 1_920; // played to nobody
  await clock.advance(1_000);
  expect(sent).toHaveLength(before + 1);
  attestation.follow({ type: "tts-resumed" });
  state.position = 2_880;
  await clock.advance(250);
  expect(sent.at(-1)).toMatchObject({ position: 2_880 });
});
