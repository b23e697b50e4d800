import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { finishAnswer } from "../src/transport/webrtc/answer.ts";
import { CandidateInbox } from "../src/transport/webrtc/candidate-inbox.ts";
import { readIceServers } from "../src/transport/webrtc/ice-servers.ts";
import type { OfferedSection } from "../src/transport/webrtc/offer.ts";
import {
  defaultPathTimes,
  newPath,
  type Path,
  type PathSample,
  watchPath,
} from "../src/transport/path-watch.ts";
import { readCandidate, type RemoteCandidate } from "../src/transport/webrtc/remote-candidate.ts";

const candidateAt = (port: number, ufrag: string | undefined): RemoteCandidate => ({
  address: ["10.0.0.1", port],
  priority: 1,
  ufrag,
});

describe("ICE server lists", () => {
  test("give every server, each by its own way", () => {
    const list = readIceServers([
      { urls: "stun:a.example" },
      {
        urls: [
          "turn:b.example:80",
          "turn:b.example:80?transport=tcp",
          "turns:[2001:db8::1]:443?transport=tcp",
          "turns:b.example",
        ],
        username: "u",
        credential: "c",
      },
      { urls: "stun:d.example:19302" },
    ]);
    expect(list.stun).toEqual([
      { host: "a.example", port: 3478 },
      { host: "d.example", port: 19_302 },
    ]);
    const ways = list.turn.map(({ host, port, transport }) => `${transport} ${host} ${port}`);
    expect(ways).toEqual([
      "udp b.example 80",
      "tcp b.example 80",
      "tls 2001:db8::1 443",
      "tls b.example 5349",
    ]);
    expect(list.ignored).toEqual([]);
  });

  test("say what they cannot use", () => {
    const urls = ["stuns:a", "turn:a", "turns:a?transport=udp", "turn:a:99999", "http://a", ""];
    expect(readIceServers([{ urls }])).toEqual({ stun: [], turn: [], ignored: urls });
  });
});

describe("the client's candidates", () => {
  const line = (address: string, rest = "typ host generation 0 ufrag abcd network-cost 999") =>
    `candidate:842163049 1 udp 1677729535 ${address} 5000 ${rest}`;

  test("are used when a packet can reach them", () => {
    for (const address of ["127.0.0.1", "192.168.1.7", "2001:db8::1", "fd00::2"]) {
      expect(readCandidate({ candidate: line(address) })?.ufrag).toBe("abcd");
    }
    const said = readCandidate({ candidate: line("10.0.0.1"), usernameFragment: "wxyz" });
    expect(said?.ufrag).toBe("wxyz");
  });

  test("are not when it cannot, or when a name would have to be looked up", () => {
    const useless = [
      "a8f3.local",
      "example.com",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "fe80::1",
      "ff02::1",
    ];
    for (const address of useless) {
      expect(readCandidate({ candidate: line(address) })).toBeUndefined();
    }
    expect(readCandidate({ candidate: line("1.2.3.4").replace(" udp ", " tcp ") })).toBeUndefined();
    expect(readCandidate({ candidate: line("1.2.3.4").replace(" 5000 ", " 0 ") })).toBeUndefined();
  });

  test("whatever text they are, reading them never throws", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        readCandidate({ candidate: text });
        readCandidate({ candidate: `candidate:${text}` });
      }),
    );
  });

  test("in any order with offers each is used once, in its own generation only", () => {
    const step = fc.oneof(
      fc.record({ open: fc.constantFrom("g0", "g1", "g2") }),
      fc.record({ ufrag: fc.constantFrom("g0", "g1", "g2", "g3"), n: fc.nat(1000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const inbox = new CandidateInbox();
        const used = new Set<object>();
        let current: string | undefined;
        for (const next of steps) {
          if ("open" in next) current = next.open;
          const out =
            "open" in next ? inbox.open(next.open) : inbox.take(candidateAt(next.n, next.ufrag));
          for (const candidate of out) {
            expect(candidate.ufrag).toBe(current);
            expect(used.has(candidate)).toBe(false);
            used.add(candidate);
          }
        }
      }),
    );
  });

  test("a flood is cut off", () => {
    const inbox = new CandidateInbox();
    for (let n = 0; n < 5000; n += 1) inbox.take(candidateAt(n, "a"));
    expect(inbox.open("a").length).toBeLessThanOrEqual(64);
    let more = 0;
    for (let n = 0; n < 5000; n += 1) more += inbox.take(candidateAt(n, undefined)).length;
    expect(more).toBeLessThanOrEqual(64);
  });
});

describe("an answer", () => {
  const section = (mid: string, change: Partial<OfferedSection> = {}): OfferedSection => ({
    mid,
    kind: "audio",
    rejected: false,
    sends: false,
    receives: false,
    ...change,
  });
  const sdp = [
    "v=0",
    "a=group:BUNDLE 0 1 2",
    "m=audio 0 UDP/TLS/RTP/SAVPF 111",
    "a=mid:0",
    "a=inactive",
    "m=audio 0 UDP/TLS/RTP/SAVPF 111",
    "a=mid:1",
    "a=inactive",
    "a=candidate:9 1 udp 1 10.0.0.1 1 typ host",
    "a=end-of-candidates",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "a=mid:2",
    "",
  ].join("\r\n");

  test("keeps a quiet section alive and only lets go of what the client gave up", () => {
    const offered = [section("0", { rejected: true }), section("1"), section("2")];
    const finished = finishAnswer(sdp, { offered, candidates: ["candidate:1"], complete: true });
    expect(finished.split("\r\n")).toEqual([
      "v=0",
      "a=group:BUNDLE 1 2",
      "m=audio 0 UDP/TLS/RTP/SAVPF 111",
      "a=mid:0",
      "a=inactive",
      "m=audio 9 UDP/TLS/RTP/SAVPF 111",
      "a=mid:1",
      "a=inactive",
      "a=candidate:1",
      "a=end-of-candidates",
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
      "a=mid:2",
      "",
    ]);
  });
});

describe("the path to a caller", () => {
  const run = (samples: readonly (PathSample & { at: number })[]): Path =>
    samples.reduce(
      (path, { at, ...sample }) => watchPath(path, sample, at, defaultPathTimes),
      newPath(0),
    );

  test("that is silent is disconnected, comes back with a sign of life, and is gone at last", () => {
    const up = { usable: true, received: 1, at: 100 };
    expect(run([up]).phase).toBe("connected");
    expect(run([up, { ...up, at: 6000 }]).phase).toBe("connected");
    expect(run([up, { ...up, at: 6100 }]).phase).toBe("disconnected");
    const back = { usable: true, received: 2, at: 30_000 };
    expect(run([up, { ...up, at: 6100 }, back]).phase).toBe("connected");
    expect(run([up, { ...up, at: 6100 }, { ...back, usable: false }]).phase).toBe("disconnected");
    expect(run([up, { ...up, at: 6100 }, { ...up, at: 66_100 }]).phase).toBe("gone");
  });

  test("that never was is gone after 15 s", () => {
    const never = { usable: false, received: 0 };
    expect(run([{ ...never, at: 14_999 }]).phase).toBe("connecting");
    expect(run([{ ...never, at: 15_000 }]).phase).toBe("gone");
  });

  test("once gone stays gone", () => {
    const sample = fc.record({ usable: fc.boolean(), received: fc.nat(5), at: fc.nat(100_000) });
    fc.assert(
      fc.property(fc.array(sample), (samples) => {
        const gone: Path = { phase: "gone", since: 0, aliveAt: 0, received: 0 };
        const end = samples.reduce((path, s) => watchPath(path, s, s.at, defaultPathTimes), gone);
        expect(end.phase).toBe("gone");
      }),
    );
  });
});
