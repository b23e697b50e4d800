import { expect, test } from "vitest";
import { Heartbeat } from "../src/connection/heartbeat.ts";
import { FakeClock } from "./fake-clock.ts";

function beating() {
  const clock = new FakeClock();
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

test("pings every 15 s", () => {
  const { clock, pings, heartbeat } = beating();
  for (let beat = 0; beat < 4; beat += 1) {
    clock.advance(15_000);
    heartbeat.pong(pings.at(-1) ?? 0);
  }
  expect(pings.map((at) => at - 1000)).toEqual([15_000, 30_000, 45_000, 60_000]);
});

test("two pings without an answer within 10 s are silence, told once", () => {
  const { clock, silences } = beating();
  clock.advance(39_999);
  expect(silences()).toBe(0);
  clock.advance(1);
  expect(silences()).toBe(1);
  expect(clock.pending).toBe(0);
  clock.advance(100_000);
  expect(silences()).toBe(1);
});

test("one missed answer, or a late one, is no silence", () => {
  const { clock, pings, heartbeat, silences } = beating();
  clock.advance(26_000);
  heartbeat.pong(pings[0] ?? 0);
  clock.advance(15_000);
  heartbeat.pong(pings[1] ?? 0);
  clock.advance(20_000);
  expect(silences()).toBe(0);
});

test("measures the way there and back", () => {
  const { clock, pings, heartbeat } = beating();
  clock.advance(15_000);
  clock.advance(42);
  heartbeat.pong(pings[0] ?? 0);
  expect(heartbeat.roundTripTimeMs).toBe(42);
});

test("leaves no timer when stopped", () => {
  const { clock, heartbeat, pings } = beating();
  heartbeat.stop();
  expect(clock.pending).toBe(0);
  clock.advance(60_000);
  expect(pings).toEqual([]);
});
