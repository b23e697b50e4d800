import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  carries,
  climb,
  type Ladder,
  type LadderEvent,
  type LadderRules,
  socketAfterMs,
  startLadder,
  tryMs,
  wakeAt,
} from "../src/connection/ladder.ts";

const all: LadderRules = { webrtc: true, socket: true, relays: true };
const rules = fc.record({ webrtc: fc.boolean(), socket: fc.boolean(), relays: fc.boolean() });

/** Something that happens `after` ms, to the peer there is. */
interface Happening {
  readonly type: LadderEvent["type"];
  readonly after: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  type: fc.constantFrom<LadderEvent["type"]>(
    "time",
    "peer-connected",
    "peer-interrupted",
    "peer-lost",
    "socket-on",
    "network-changed",
  ),
  after: fc.nat(10_000),
});

const attemptOf = ({ peer }: Ladder): number => (peer.phase === "none" ? 0 : peer.attempt);

function eventOf(type: LadderEvent["type"], ladder: Ladder): LadderEvent {
  switch (type) {
    case "peer-connected":
    case "peer-interrupted":
    case "peer-lost":
      return { type, attempt: attemptOf(ladder) };
    default:
      return { type };
  }
}

/** Every state on the way; timers fire when they are due. */
function walk(given: LadderRules, story: readonly Happening[], from = startLadder(given, 0)) {
  const states: { readonly now: number; readonly ladder: Ladder }[] = [{ now: 0, ladder: from }];
  let ladder = from;
  let now = 0;
  const go = (event: LadderEvent): void => {
    ladder = climb(ladder, event, given, now);
    states.push({ now, ladder });
  };
  for (const { type, after } of story) {
    const until = now + after;
    for (let due = wakeAt(ladder, given); due !== undefined && due <= until;) {
      expect(due).toBeGreaterThanOrEqual(now);
      now = due;
      go({ type: "time" });
      const next = wakeAt(ladder, given);
      if (next !== undefined) expect(next).toBeGreaterThan(now); // no timer that spins
      due = next;
    }
    now = until;
    go(eventOf(type, ladder));
  }
  return { states, ladder, now };
}

const law = (check: (given: LadderRules, story: readonly Happening[]) => void): void => {
  fc.assert(fc.property(rules, fc.array(happening, { maxLength: 30 }), check));
};

const play = (given: LadderRules, ...story: [LadderEvent["type"], number][]) =>
  walk(
    given,
    story.map(([type, after]) => ({ type, after })),
  ).ladder;

describe("whatever happens", () => {
  test("as long as it has not fallen something carries the call or tries to", () => {
    law((given, story) => {
      for (const { ladder } of walk(given, story).states) {
        const hopes = ladder.peer.phase !== "none" || /starting|on/.test(ladder.socket);
        expect(hopes || ladder.fallen).toBe(true);
      }
    });
  });

  test("with a server that takes sound on the socket it never falls", () => {
    law((given, story) => {
      const { ladder } = walk({ ...given, socket: true }, story);
      expect(ladder.fallen).toBe(false);
    });
  });

  test("nobody waits longer than 3 s in silence before the socket begins", () => {
    law((given, story) => {
      let silentSince: number | undefined;
      for (const { now, ladder } of walk({ ...given, socket: true }, story).states) {
        const hears = ladder.peer.phase === "up" || ladder.socket !== "off";
        silentSince = hears ? undefined : (silentSince ?? now);
        if (silentSince !== undefined) expect(now - silentSince).toBeLessThanOrEqual(3000);
      }
    });
  });

  test("sound goes one way: a peer that is up ends the socket", () => {
    law((given, story) => {
      for (const { ladder } of walk(given, story).states) {
        if (ladder.peer.phase === "up") expect(ladder.socket).toBe("off");
      }
    });
  });

  test("what is not allowed is not tried", () => {
    law((given, story) => {
      for (const { ladder } of walk(given, story).states) {
        if (!given.webrtc) expect(ladder.peer.phase).toBe("none");
        if (!given.socket) expect(ladder.socket).toBe("off");
        if (!given.relays) expect(ladder.peer).not.toMatchObject({ relayOnly: true });
      }
    });
  });

  test("events of a peer that was given up change nothing", () => {
    law((given, story) => {
      const { ladder, now } = walk(given, story);
      for (const type of ["peer-connected", "peer-interrupted", "peer-lost"] as const) {
        expect(climb(ladder, { type, attempt: attemptOf(ladder) - 1 }, given, now)).toBe(ladder);
      }
    });
  });
});

describe("the climb", () => {
  test("a first try that connects in time is all there is", () => {
    const ladder = play(all, ["peer-connected", socketAfterMs - 1]);
    expect(ladder).toMatchObject({ peer: { phase: "up" }, socket: "off", why: "first-try" });
    expect(wakeAt(ladder, all)).toBeUndefined();
  });

  test("behind a firewall: socket beside the try, then relays only, then rest and probe", () => {
    expect(play(all, ["time", socketAfterMs])).toMatchObject({
      socket: "starting",
      why: "webrtc-slow",
      peer: { phase: "trying", attempt: 1 },
    });
    expect(play(all, ["time", tryMs])).toMatchObject({
      peer: { phase: "trying", attempt: 2, relayOnly: true },
    });
    const resting = play(all, ["socket-on", 3000], ["time", 2 * tryMs - 3000]);
    expect(resting).toMatchObject({ socket: "on", why: "webrtc-failed" });
    expect(resting.peer).toEqual({ phase: "none", probeAt: 2 * tryMs + 30_000 });
    expect(carries(resting)).toBe(true);
  });

  test("probes come more and more rarely, at least every five minutes, and at once in a new network", () => {
    const noRelays = { ...all, relays: false };
    const { states } = walk(noRelays, [
      { type: "socket-on", after: 3000 },
      { type: "time", after: 3_600_000 },
    ]);
    const starts = [
      ...new Set(states.flatMap(({ ladder: { peer } }) => ("since" in peer ? [peer.since] : []))),
    ];
    const waits = starts.slice(1).map((at, n) => at - (starts[n] ?? 0) - tryMs);
    expect(waits.slice(0, 5)).toEqual([30_000, 60_000, 120_000, 240_000, 300_000]);
    expect(play(noRelays, ["time", 20_000], ["network-changed", 1])).toMatchObject({
      peer: { phase: "trying", since: 20_001 },
      failures: 0,
    });
  });

  test("a probe that connects brings the call back to WebRTC", () => {
    const ladder = play(all, ["socket-on", 3000], ["time", 40_000], ["peer-connected", 100]);
    expect(ladder).toMatchObject({ peer: { phase: "up" }, socket: "off", why: "webrtc-back" });
  });

  test("a path that breaks in the call is covered by the socket after 3 s, and may come back", () => {
    const broken = play(all, ["peer-connected", 100], ["peer-interrupted", 100], ["time", 3000]);
    expect(broken).toMatchObject({ peer: { phase: "broken" }, socket: "starting" });
    const lost = climb(broken, { type: "peer-lost", attempt: 1 }, all, 9000);
    expect(lost).toMatchObject({ peer: { phase: "trying", attempt: 2 }, socket: "starting" });
    const back = climb(broken, { type: "peer-connected", attempt: 1 }, all, 9000);
    expect(back).toMatchObject({ peer: { phase: "up" }, socket: "off" });
  });

  test("without the socket a failed try is the end, and no clock hurries it", () => {
    const old = { webrtc: true, socket: false, relays: false };
    expect(play(old, ["time", 60_000])).toMatchObject({ peer: { phase: "trying" }, fallen: false });
    expect(play(old, ["peer-lost", 10])).toMatchObject({ fallen: true });
    expect(startLadder({ ...old, webrtc: false }, 0).fallen).toBe(true);
  });

  test("a browser that cannot send sound on the socket leaves WebRTC to try on", () => {
    const refused = play(all, ["socket-refused", 3000]);
    expect(refused).toMatchObject({ socket: "refused", peer: { phase: "trying" }, fallen: false });
    const end = climb(refused, { type: "peer-lost", attempt: 1 }, all, 5000);
    expect(climb(end, { type: "peer-lost", attempt: 2 }, all, 6000).fallen).toBe(true);
  });
});
