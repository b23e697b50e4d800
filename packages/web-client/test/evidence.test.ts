import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diagnose, Evidence, type Facts, type Standing } from "../src/connection/evidence.ts";
import { selectedPair } from "../src/connection/selected-pair.ts";
import { FakePeer } from "./fake-network.ts";

const facts: fc.Arbitrary<Facts> = fc.record({
  candidates: fc.nat(3),
  relays: fc.nat(3),
  refused: fc.boolean(),
  connected: fc.boolean(),
});
const standing: fc.Arbitrary<Standing> = fc.record({
  remoteDescription: fc.constantFrom(null, {} as RTCSessionDescription),
  iceConnectionState: fc.constantFrom(
    ...(["new", "checking", "connected", "completed", "disconnected", "failed", "closed"] as const),
  ),
  connectionState: fc.constantFrom(
    ...(["new", "connecting", "connected", "disconnected", "failed", "closed"] as const),
  ),
});

const hasPath = ({ iceConnectionState: ice }: Standing) =>
  ice === "connected" || ice === "completed";

describe("why a peer connection does not connect", () => {
  test("is its first step that was not done, whatever came after", () => {
    fc.assert(
      fc.property(standing, facts, (now, seen) => {
        const reason = diagnose(now, seen);
        if (now.remoteDescription === null) expect(reason).toBe("no-answer");
        else if (hasPath(now)) expect(reason).toMatch(/^(remote-closed|media-silent|dtls-failed)$/);
        else expect(reason).toMatch(/^(credentials|no-candidates|ice-failed)$/);
      }),
    );
  });

  test("is the credentials only where a TURN server refused them and none gave a relay", () => {
    fc.assert(
      fc.property(standing, facts, (now, seen) => {
        const blamed = diagnose(now, seen) === "credentials";
        const noPath = now.remoteDescription !== null && !hasPath(now);
        expect(blamed).toBe(seen.refused && seen.relays === 0 && noPath);
      }),
    );
  });

  function watched() {
    const peer = new FakePeer({});
    const life = new AbortController();
    const evidence = new Evidence(peer as unknown as RTCPeerConnection, life.signal);
    return {
      peer,
      evidence,
      end: () => {
        life.abort();
      },
    };
  }

  test("is seen from the connection's own events", () => {
    const { peer, evidence } = watched();
    expect(evidence.reason).toBe("no-answer");
    peer.remoteDescription = {};
    expect(evidence.reason).toBe("no-candidates");
    peer.fail(701);
    peer.find(null);
    expect(evidence.reason).toBe("no-candidates");
    peer.find("candidate:1 1 udp 1 10.0.0.1 9 typ host");
    expect(evidence.reason).toBe("ice-failed");
    peer.fail(401);
    expect(evidence.reason).toBe("credentials");
    peer.find("candidate:2 1 udp 1 10.0.0.1 9 typ relay");
    expect(evidence.reason).toBe("ice-failed");
    peer.iceConnectionState = "connected";
    expect(evidence.reason).toBe("dtls-failed");
    peer.become("connected");
    expect(evidence.reason).toBe("media-silent");
    evidence.connected();
    expect(evidence.reason).toBe("remote-closed");
  });

  test("stays what it was when the connection is closed", () => {
    const { peer, evidence, end } = watched();
    peer.remoteDescription = {};
    peer.iceConnectionState = "connected";
    end();
    peer.iceConnectionState = "closed";
    expect(evidence.reason).toBe("dtls-failed");
  });
});

describe("the selected pair", () => {
  const local = { id: "l", candidateType: "relay", protocol: "udp", relayProtocol: "tls" };
  const remote = { id: "r", candidateType: "prflx" };
  const ends = { localCandidateId: "l", remoteCandidateId: "r", currentRoundTripTime: 0.02 };
  const report = (...stats: readonly { readonly id: string }[]) =>
    new Map(stats.map((one) => [one.id, one])) as unknown as RTCStatsReport;
  const expected = {
    local: "relay",
    remote: "prflx",
    protocol: "udp",
    relayProtocol: "tls",
    roundTripMs: 20,
  };

  test("is the one that the transport names", () => {
    const transport = { id: "t", type: "transport", selectedCandidatePairId: "p" };
    const pair = { id: "p", type: "candidate-pair", ...ends };
    expect(selectedPair(report(local, remote, pair, transport))).toEqual(expected);
  });

  test("is the nominated one where the browser names none", () => {
    const other = { id: "o", type: "candidate-pair", state: "succeeded", nominated: false };
    const pair = { id: "p", type: "candidate-pair", state: "succeeded", nominated: true, ...ends };
    expect(selectedPair(report(local, remote, other, pair))).toEqual(expected);
  });

  test("is not known without one", () => {
    expect(selectedPair(report(local, remote))).toBeUndefined();
  });
});
