import { describe, expect, test } from "vitest";
import { judgeCoverage } from "../../src/cli/doctor-coverage.ts";
import { judgeLifetime } from "../../src/cli/doctor-credentials.ts";
import { judgeAddresses } from "../../src/cli/doctor-machine.ts";
import { judgeTurn } from "../../src/cli/doctor-servers.ts";
import { diagnosisTable } from "../../src/cli/doctor-table.ts";
import type { TurnReport } from "../../src/ice/probe/turn-visit.ts";
import { readIceServers, type TurnServer } from "../../src/transport/webrtc/ice-servers.ts";

const now = Date.UTC(2030, 0, 1);
const server: TurnServer = {
  host: "turn.example.com",
  port: 3478,
  transport: "udp",
  username: "u",
  credential: "c",
};
const user = (secondsLeft: number): TurnServer => ({
  ...server,
  username: `${now / 1000 + secondsLeft}:doctor`,
});

describe("the lifetime of credentials", () => {
  const judged = (left: number, fixed: boolean) => judgeLifetime([user(left)], { now, fixed })[0];

  test.each([
    ["minted ones that live", 7200, false, "ok", "in 2 h"],
    ["minted ones that hardly live", 60, false, "warning", "in 60 s"],
    ["minted ones that have ended", -60, false, "failed", "60 s ago"],
    ["fixed ones, which nobody renews", 86_400 * 30, true, "warning", "in 30 days"],
    ["fixed ones that have ended", -3600 * 5, true, "failed", "5 h ago"],
  ])("%s", (_which, left, fixed, verdict, words) => {
    expect(judged(left, fixed)).toMatchObject({ verdict });
    expect(judged(left, fixed)?.finding).toContain(words);
  });

  test("is that of the first of them to end", () => {
    expect(judgeLifetime([user(9e5), user(-1)], { now, fixed: false })[0]?.verdict).toBe("failed");
  });

  test("cannot be read from a name without a time, and needs no word without TURN", () => {
    expect(judgeLifetime([server], { now, fixed: true })[0]?.verdict).toBe("ok");
    expect(judgeLifetime([], { now, fixed: true })).toEqual([]);
  });
});

describe("a relay", () => {
  const report = (relayed: string, rest: Partial<TurnReport>): TurnReport => ({
    server,
    reached: { ok: true, value: { tookMs: 1, asksForLogin: true } },
    allocation: {
      ok: true,
      value: {
        relayed: { host: relayed, port: 50_000 },
        mapped: { host: "198.51.100.7", port: 4711 },
        tookMs: 2,
      },
    },
    ...rest,
  });
  const verdicts = (relayed: string, rest: Partial<TurnReport>) =>
    Object.fromEntries(judgeTurn(report(relayed, rest), now).map((f) => [f.check, f.verdict]));
  const silent = { ok: false, fault: { kind: "silent" } } as const;
  const denied = { ok: false, fault: { kind: "refused", code: 403 } } as const;
  const passed = { ok: true, value: 3 } as const;

  test("with a private address is of no use to callers on the internet", () => {
    expect(verdicts("10.0.0.5", {})).toMatchObject({ allocation: "failed" });
    expect(verdicts("203.0.113.5", {})).toMatchObject({ allocation: "ok" });
  });

  test.each([
    ["both ways silent", { fromHere: silent, betweenRelays: silent }, "failed"],
    ["only its firewall in the way", { fromHere: silent, betweenRelays: passed }, "warning"],
    ["denying us as a peer, but passing", { fromHere: denied, betweenRelays: passed }, "ok"],
    ["denying us and itself as peers", { fromHere: denied, betweenRelays: denied }, "unknown"],
    ["passing", { fromHere: passed }, "ok"],
  ])("%s", (_how, echo, verdict) => {
    expect(verdicts("203.0.113.5", { echo })).toMatchObject({ echo: verdict });
  });

  test("that lets anybody in fails", () => {
    const open = { ok: true, value: { tookMs: 1, asksForLogin: false } } as const;
    expect(verdicts("203.0.113.5", { reached: open })).toMatchObject({ reached: "failed" });
  });

  test.each([
    ["into private networks", { ok: true, value: ["10.0.0.1"] }, undefined, "failed"],
    ["into none", { ok: true, value: [] }, undefined, "ok"],
    ["into none in either family", { ok: true, value: [] }, { ok: true, value: [] }, "ok"],
    ["into those in IPv6", { ok: true, value: [] }, { ok: true, value: ["fd00::1"] }, "failed"],
    ["into those in IPv6 at least", silent, { ok: true, value: ["fd00::1"] }, "failed"],
    ["nobody knows where", silent, undefined, "unknown"],
    ["into none, but in IPv6 nobody knows", { ok: true, value: [] }, silent, "unknown"],
  ] as const)("that lets its users %s", (_where, openPeers, openPeers6, verdict) => {
    const peers = { openPeers, ...(openPeers6 && { openPeers6 }) };
    expect(verdicts("203.0.113.5", peers)).toMatchObject({ "private peers": verdict });
  });

  test("that does not answer as a STUN server still relays", () => {
    const value = { mapped: { host: "198.51.100.7", port: 1 }, roundTripMs: 1 };
    const bound = { ok: true, value } as const;
    expect(verdicts("203.0.113.5", { binding: bound })).toMatchObject({ binding: "ok" });
    expect(verdicts("203.0.113.5", { binding: silent })).toMatchObject({ binding: "warning" });
  });

  test("that cannot be reached needs no second line for its binding", () => {
    const found = judgeTurn({ server, reached: silent, binding: silent }, now);
    expect(found.map(({ check }) => check)).toEqual(["reached"]);
  });
});

describe("this machine's addresses", () => {
  const nat = { local: ["10.0.0.2"], mapped: ["203.0.113.9"] };

  test.each([
    ["public", { local: ["203.0.113.9"], mapped: [], relayed: false }, "ok"],
    [
      "public behind NAT all the same",
      { ...nat, local: ["198.51.100.1"], relayed: false },
      "warning",
    ],
    ["private with a relay", { ...nat, relayed: true }, "ok"],
    ["private without one", { ...nat, relayed: false }, "warning"],
    ["private, nobody knows more", { local: ["10.0.0.2"], mapped: [], relayed: false }, "warning"],
    ["none", { local: [], mapped: [], relayed: false }, "warning"],
    ["announced as seen", { ...nat, announced: ["203.0.113.9"], relayed: false }, "ok"],
    ["announced wrongly", { ...nat, announced: ["203.0.113.8"], relayed: true }, "failed"],
  ])("%s", (_which, facts, verdict) => {
    expect(judgeAddresses(facts).verdict).toBe(verdict);
  });
});

describe("the coverage of a list", () => {
  const coverage = (...urls: string[]) =>
    judgeCoverage(readIceServers([{ urls, username: "u", credential: "c" }])).at(-1);

  test("is full only with TURN over TLS on port 443", () => {
    expect(coverage("turn:a", "turns:a:443")).toMatchObject({ verdict: "ok" });
    expect(coverage("turn:a", "turns:a")).toMatchObject({ verdict: "warning" });
    expect(coverage("stun:a")).toMatchObject({ verdict: "warning", finding: "STUN only, no TURN" });
    expect(coverage()).toMatchObject({ verdict: "warning" });
  });

  test("names what is not used, without what may be secret in it", () => {
    const list = readIceServers([{ urls: ["stuns:a", "turn:b:c@d:1?x=\u001b[31m"] }]);
    const unused = judgeCoverage(list).filter(({ check }) => check === "unused");
    expect(unused.map(({ finding }) => finding)).toEqual([
      "stuns:a is not used",
      "turn:d:1 is not used",
    ]);
  });
});

describe("the table", () => {
  const findings = [
    { subject: "this machine", check: "clock", verdict: "ok", finding: "right" },
    { subject: "turn:a", check: "echo", verdict: "failed", finding: "lost", remedy: "Mend it." },
    {
      subject: "this machine",
      check: "addresses",
      verdict: "warning",
      finding: "word ".repeat(40),
    },
  ] as const;
  const diagnosis = { verdict: "failed", tookMs: 1234, findings } as const;

  test("puts each subject in a block, and the remedy under what it mends", () => {
    const lines = diagnosisTable(diagnosis, { colour: false, width: 80 }).split("\n");
    expect(lines.filter((line) => line === "this machine")).toHaveLength(1);
    const failed = lines.findIndex((line) => line.includes("lost"));
    expect(lines[failed + 1]?.trim()).toBe("-> Mend it.");
    expect(lines.at(-2)).toBe("1 failed, 1 warning, 0 unknown, 1 ok, in 1.2 s");
  });

  test("keeps to the width of the screen", () => {
    for (const line of diagnosisTable(diagnosis, { colour: false, width: 60 }).split("\n")) {
      expect(line.length).toBeLessThanOrEqual(60);
    }
  });

  test("has colours only where asked", () => {
    expect(diagnosisTable(diagnosis, { colour: true, width: 80 })).toContain("\u001b[31m");
    expect(diagnosisTable(diagnosis, { colour: false, width: 80 })).not.toContain("\u001b");
  });
});
