import type { PreflightReport } from "@metered/llmrtc-web-client/preflight";
import { preflightText } from "@metered/llmrtc-web-client/preflight";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeAnswer, judgeRelay } from "../../src/preflight/ice-server-words.ts";
import { iceTargets } from "../../src/preflight/ice-targets.ts";
import { type Findings, judge } from "../../src/preflight/judge.ts";
import { judgeLevel } from "../../src/preflight/microphone-check.ts";

const finding = "…";
const verdict = fc.constantFrom(...(["running", "ok", "warning", "failed", "skipped"] as const));
const kind = fc.constantFrom(...(["host", "srflx", "prflx", "relay"] as const));
const transport = fc.constantFrom(...(["udp", "tcp", "tls"] as const));
const findings: fc.Arbitrary<Findings> = fc.record({
  server: verdict.map((verdict) => ({ url: "wss://a", verdict, finding })),
  path: fc.oneof(
    verdict.map((verdict) => ({ verdict, finding })),
    fc
      .record({ local: kind, remote: kind, protocol: fc.constant("udp" as const) })
      .map((pair) => ({ verdict: "ok" as const, finding, pair })),
  ),
  iceServers: fc.array(
    fc.record({
      url: fc.constant("turn:a"),
      kind: fc.constantFrom("stun" as const, "turn" as const),
      transport,
      verdict,
      finding: fc.constant(finding),
    }),
    { maxLength: 4 },
  ),
  microphone: verdict.map((verdict) => ({ verdict, finding })),
  socketAudio: fc.boolean(),
});

describe("what a call would be like", () => {
  test("is open exactly as long as something is being checked", () => {
    fc.assert(
      fc.property(findings, (known) => {
        const all = [known.server, known.path, known.microphone, ...known.iceServers];
        const running = all.some(({ verdict }) => verdict === "running");
        expect(judge(known).verdict === "running").toBe(running);
      }),
    );
  });

  test("has failed exactly where no step is left", () => {
    fc.assert(
      fc.property(findings, (known) => {
        const { step, verdict } = judge(known);
        if (verdict === "running") return;
        expect(verdict === "failed").toBe(step === "none");
        if (step === "websocket") expect(known.socketAudio).toBe(true);
        if (known.server.verdict === "failed") expect(step).toBe("none");
      }),
    );
  });

  test("has one likely step of the ladder at most, and it is the one that is named", () => {
    fc.assert(
      fc.property(findings, (known) => {
        const { step, ladder } = judge(known);
        const likely = ladder.filter(({ state }) => state === "likely").map(({ step }) => step);
        expect(likely).toEqual(step === "none" || step === "unknown" ? [] : [step]);
      }),
    );
  });

  test("says of each relay whether it is there to fall back on", () => {
    const ice = (transport: "udp" | "tcp", verdict: "ok" | "failed") => {
      return { url: "turn:a", kind: "turn", transport, verdict, finding } as const;
    };
    const { ladder } = judge({
      server: { url: "", verdict: "ok", finding },
      path: { verdict: "failed", finding },
      iceServers: [ice("udp", "failed"), ice("tcp", "failed"), ice("tcp", "ok")],
      microphone: { verdict: "ok", finding },
      socketAudio: true,
    });
    expect(Object.fromEntries(ladder.map(({ step, state }) => [step, state]))).toEqual({
      direct: "blocked",
      "relay-udp": "blocked",
      "relay-tcp": "works",
      "relay-tls": "absent",
      websocket: "likely",
    });
  });

  test.each([
    [{ local: "host", remote: "srflx", protocol: "udp" }, "direct"],
    [{ local: "relay", remote: "host", protocol: "udp" }, "relay-udp"],
    [{ local: "relay", remote: "host", protocol: "udp", relayProtocol: "tls" }, "relay-tls"],
    [{ local: "host", remote: "relay", protocol: "udp" }, "direct"],
  ] as const)("goes the way that the trial went: %j is %s", (pair, step) => {
    const known: Findings = {
      server: { url: "", verdict: "ok", finding },
      path: { verdict: "ok", finding, pair },
      iceServers: [],
      microphone: { verdict: "ok", finding },
      socketAudio: true,
    };
    expect(judge(known)).toMatchObject({ step, verdict: "ok" });
  });
});

describe("the URLs of a list", () => {
  test("are asked one by one, each over its transport", () => {
    const login = { username: "u", credential: "c" };
    const urls = ["turn:a:80", "turn:a:80?transport=tcp", "turns:a:443?transport=tcp", "http://a"];
    const targets = iceTargets([{ urls: "stun:a" }, { urls, ...login }, { urls, ...login }]);
    expect(targets.map(({ kind, transport, url }) => [kind, transport, url])).toEqual([
      ["stun", "udp", "stun:a"],
      ["turn", "udp", "turn:a:80"],
      ["turn", "tcp", "turn:a:80?transport=tcp"],
      ["turn", "tls", "turns:a:443?transport=tcp"],
      ["unknown", "udp", "http://a"], // which the browser will refuse
    ]);
    expect(targets[3]?.server).toEqual({ urls: "turns:a:443?transport=tcp", ...login });
  });

  test("show no login, whatever stands in them", () => {
    const scheme = fc.constantFrom("turn:", "turns:", "", "http://");
    const url = fc.oneof(
      fc.tuple(scheme, fc.string(), fc.string()).map(([s, a, b]) => `${s}${a}secret@${b}`),
      scheme.map((s) => `${s}a:80?username=u&credential=secret`),
      scheme.map((s) => `${s}user:pass?secret@a`),
    );
    fc.assert(
      fc.property(url, (urls) => {
        for (const target of iceTargets([{ urls }])) expect(target.url).not.toContain("secret");
      }),
    );
  });
});

describe("the words for an ICE server", () => {
  const [target] = iceTargets([{ urls: "turns:a" }]);
  if (!target) throw new Error("no target");

  test.each([
    [401, "credentials", "failed"],
    [486, undefined, "warning"],
    [500, undefined, "failed"],
  ] as const)("of the code %i blame %s", (code, reason, verdict) => {
    const check = judgeAnswer({ type: "refused", code }, target);
    expect([check.reason, check.verdict]).toEqual([reason, verdict]);
    expect(check.finding).toContain(String(code));
    expect(check.remedy).toBeTruthy();
  });

  test("of silence name the transport, or the name that does not resolve", () => {
    const silent = (lookedUp: boolean) => judgeAnswer({ type: "silent", lookedUp }, target).finding;
    expect(silent(true)).toBe("no answer over TLS");
    expect(silent(false)).toBe("its name does not resolve");
  });

  test("of a relay that relays nothing are a warning", () => {
    const reached = judgeAnswer({ type: "address", ms: 12.4 }, target);
    expect(judgeRelay(reached, 3.2).finding).toBe("answers over TLS in 12 ms, relays in 3.2 ms");
    expect(judgeRelay(reached, undefined).verdict).toBe("warning");
  });
});

test.each([
  [0, "warning", /silence/],
  [0.2, "warning", /nobody was heard/],
  [0.7, "ok", /hears you/],
])("a microphone at %f is %s", (level, verdict, words) => {
  const judged = judgeLevel(level);
  expect(judged.verdict).toBe(verdict);
  expect(judged.finding).toMatch(words);
});

test("the text has a line for each check, its reason, and its remedy below", () => {
  const report: PreflightReport = {
    finished: true,
    verdict: "warning",
    step: "websocket",
    ladder: [],
    summary: "Calls go over the WebSocket.",
    server: { url: "wss://a", verdict: "ok", finding: "greets in 30 ms" },
    path: { verdict: "failed", finding: "no path", remedy: "Allow UDP.", reason: "ice-failed" },
    iceServers: [
      { url: "turn:a", kind: "turn", transport: "udp", verdict: "failed", finding: "no answer" },
    ],
    microphone: { verdict: "ok", finding: "hears you", label: "Headset" },
    startedAt: "2030-01-01T00:00:00.000Z",
    tookMs: 5_400,
    page: "https://app.example",
    browser: "Browser/1",
  };
  expect(preflightText(report)).toBe(`LLMRTC connection check, 2030-01-01T00:00:00.000Z
WARNING: Calls go over the WebSocket.
Page https://app.example, 5.4 s
Browser/1

ok       Server      wss://a: greets in 30 ms
failed   WebRTC      no path [ice-failed]
                     -> Allow UDP.
ok       Microphone  "Headset": hears you
failed   TURN        turn:a: no answer
`);
});
