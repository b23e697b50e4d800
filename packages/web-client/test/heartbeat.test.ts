import { manualClock } from "@metered/llmrtc-testing";
import { expect, test } from "vitest";
import { Heartbeat } from "../src/connection/heartbeat.ts";

function beating() {
  const clock = manualClock(1000);
  const pings: number[] = [];
  let silences = 0;
  const heartbeat = new Heartbeat({
    clock,
    sendPing: (timestamp) => pings.push(timestamp),
    onSilence: () => (silences += 1),
  });
  heartbeat.start();
  return { clock, pings, heartbeat, silences: () => silences };
}

test("pings every 15 s", async () => {
  const { clock, pings, heartbeat } = beating();
  for (let beat = 0; beat < 4; beat += 1) {
    await clock.advance(15_000);
    heartbeat.pong(pings.at(-1) ?? 0);
  }
  expect(pings.map((at) => at - 1000)).toEqual([15_000, 30_000, 45_000, 60_000]);
});

test("two pings without an answer within 10 s are silence, told once", async () => {
  const { clock, silences } = beating();
  await clock.advance(39_999);
  expect(silences()).toBe(0);
  await clock.advance(1);
  expect(silences()).toBe(1);
  expect(clock.pending).toBe(0);
  await clock.advance(100_000);
  expect(silences()).toBe(1);
});

test("one missed answer, or a late one, is no silence", async () => {
  const { clock, pings, heartbeat, silences } = beating();
  await clock.advance(26_000);
  heartbeat.pong(pings[0] ?? 0);
  await clock.advance(15_000);
  heartbeat.pong(pings[1] ?? 0);
  await clock.advance(20_000);
  expect(silences()).toBe(0);
});

test("measures the way there and back", async () => {
  const { clock, pings, heartbeat } = beating();
  await clock.advance(15_000);
  await clock.advance(42);
  heartbeat.pong(pings[0] ?? 0);
  expect(heartbeat.roundTripTimeMs).toBe(42);
});

test("leaves no timer when stopped", async () => {
  const { clock, heartbeat, pings } = beating();
  heartbeat.stop();
  expect(clock.pending).toBe(0);
  await clock.advance(60_000);
  expect(pings).toEqual([]);
});
