import { manualClock } from "@metered/llmrtc-testing";
import { expect, test } from "vitest";
import { IceRenewal } from "../../src/ice/renewal.ts";
import type { SuppliedIceServers } from "../../src/ice/supply.ts";

const start = 1_700_000_000_000;
const stun: SuppliedIceServers = { iceServers: [{ urls: "stun:a" }], standing: "fallback" };

/** A call of 20 s credentials, and the user names that it was given. */
async function scene(first?: SuppliedIceServers) {
  const clock = manualClock(start);
  let made = 0;
  const turn = (more: Partial<SuppliedIceServers> = {}): SuppliedIceServers => ({
    iceServers: [{ urls: "turn:a", username: `n${++made}`, credential: "c" }],
    expiresAt: clock.now() + 20_000,
    standing: "own",
    ...more,
  });
  const given: string[] = [];
  const scripted: SuppliedIceServers[] = first ? [first] : [];
  const renewal = new IceRenewal({
    clock,
    sessionId: "s1",
    supply: { lease: async () => scripted.shift() ?? turn() },
    renewed: ({ iceServers }) => void given.push(iceServers[0]?.username ?? "stun"),
  });
  const opened = await renewal.open();
  return { clock, renewal, given, scripted, turn, opened };
}

test("a call of a minute on credentials of 20 seconds always holds good ones", async () => {
  const { clock, given, renewal } = await scene();
  await clock.advance(60_000);
  expect(given).toEqual(["n2", "n3", "n4", "n5", "n6", "n7"]);
  renewal.close();
  await clock.advance(60_000);
  expect(given).toHaveLength(6);
  expect(clock.pending).toBe(0);
});

test("credentials that last are not renewed", async () => {
  const { clock } = await scene({ iceServers: [], standing: "own" });
  expect(clock.pending).toBe(0);
});

test("a list without an end is asked for again: one that has changed reaches the call, another does not", async () => {
  const same = { iceServers: [], standing: "own", checkAfterMs: 1000 } as const;
  const { clock, given, scripted, turn, renewal } = await scene(same);
  scripted.push(same, same, turn());
  await clock.advance(2000);
  expect(given).toEqual([]);
  await clock.advance(1000);
  expect(given).toEqual(["n1"]);
  renewal.close();
});

test("a call that began without TURN gets it as soon as the source gives some", async () => {
  const { clock, given, scripted, opened, renewal } = await scene(stun);
  expect(opened).toBe(stun);
  scripted.push(stun, stun);
  await clock.advance(5000 + 10_000);
  expect(given).toEqual([]);
  await clock.advance(20_000);
  expect(given).toEqual(["n1"]);
  renewal.close();
});

test("TURN is never taken away: neither STUN alone nor an older reserve replaces it", async () => {
  const { clock, given, scripted, turn, renewal } = await scene();
  const older = turn({ standing: "reserve", expiresAt: start + 15_000 });
  const later = turn({ standing: "reserve", expiresAt: start + 60_000 });
  scripted.push(stun, older, later);
  await clock.advance(10_000 + 5000);
  expect(given).toEqual([]);
  await clock.advance(10_000);
  expect(given).toEqual(["n3"]);
  renewal.close();
});

test("a call that ends while new servers are awaited does not get them", async () => {
  const { clock, given, renewal } = await scene();
  const ticking = clock.advance(10_000);
  renewal.close();
  await ticking;
  expect(given).toEqual([]);
  expect(clock.pending).toBe(0);
});
