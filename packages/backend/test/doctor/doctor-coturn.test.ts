import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { IceServer } from "@metered/llmrtc-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Diagnosis, Finding } from "../../src/cli/doctor-finding.ts";
import { diagnose } from "../../src/cli/doctor.ts";
import { Allocation, type Family, knock } from "../../src/ice/probe/allocation.ts";
import { openCarrier } from "../../src/ice/probe/carrier.ts";
import { forbiddenPeers, openPrivatePeers } from "../../src/ice/probe/private-peers.ts";
import { StunClient } from "../../src/ice/probe/stun-client.ts";
import { type Authority, newAuthority } from "./certificates.ts";
import { type Coturn, type CoturnOptions, ephemeral, freePort, startCoturn } from "./coturn.ts";

const secret = "shared-secret-of-the-test";
const withSecret = ["use-auth-secret", `static-auth-secret=${secret}`];
/** On loopback peers are on loopback; coturn refuses them without this and a password for its CLI. */
const loopback = ["allow-loopback-peers", "cli-password=unused"];
const denied = ["denied-peer-ip=169.254.0.0-169.254.255.255"];
const hasIpv6 = Object.values(os.networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === "::1"),
);

let authority: Authority;
beforeAll(async () => {
  authority = await newAuthority();
});

async function withCoturn<T>(
  lines: readonly string[],
  use: (coturn: Coturn) => Promise<T>,
  options: Omit<CoturnOptions, "lines"> = {},
): Promise<T> {
  const coturn = await startCoturn({ lines, ...options });
  try {
    return await use(coturn);
  } finally {
    await coturn.close();
  }
}

async function examine(iceServers: readonly IceServer[]): Promise<Diagnosis> {
  const variables = { ICE_SERVERS: JSON.stringify(iceServers) };
  return diagnose(variables, { port: await freePort(), ca: authority.ca });
}

const verdicts = (findings: readonly Finding[], subject: string) =>
  Object.fromEntries(
    findings.filter((f) => f.subject === subject).map((f) => [f.check, f.verdict]),
  );
const about = (findings: readonly Finding[], check: string) =>
  findings.find((finding) => finding.check === check);

describe("a TURN server with a shared secret", () => {
  let coturn: Coturn;
  beforeAll(async () => {
    const certificate = await authority.issue({ names: ["localhost"] });
    const lines = [...withSecret, ...loopback, ...denied];
    coturn = await startCoturn({ lines, certificate });
  });
  afterAll(() => coturn.close());

  test("relays over UDP, TCP and TLS, there and back", async () => {
    const udp = `turn:127.0.0.1:${coturn.port}?transport=udp`;
    const tcp = `turn:127.0.0.1:${coturn.port}?transport=tcp`;
    const tls = `turns:localhost:${coturn.tlsPort}?transport=tcp`;
    const { findings, tookMs } = await examine([
      { urls: `stun:127.0.0.1:${coturn.port}` },
      { urls: [udp, tcp, tls], ...ephemeral(secret, 3600) },
    ]);
    const fine = {
      reached: "ok",
      binding: "ok",
      allocation: "ok",
      echo: "ok",
      "private peers": "ok",
    };
    expect(verdicts(findings, udp)).toEqual(fine);
    expect(verdicts(findings, tcp)).toEqual(fine);
    expect(verdicts(findings, tls)).toEqual({ certificate: "ok", ...fine });
    expect(verdicts(findings, `stun:127.0.0.1:${coturn.port}`)).toEqual({ binding: "ok" });
    expect(verdicts(findings, "localhost")).toEqual({ name: "ok" });
    expect(tookMs).toBeLessThan(5_000);
  });

  test("refuses credentials that have ended, and the lifetime says why", async () => {
    const urls = `turn:127.0.0.1:${coturn.port}`;
    const { findings, verdict } = await examine([{ urls, ...ephemeral(secret, -60) }]);
    expect(about(findings, "allocation")).toMatchObject({ verdict: "failed" });
    expect(about(findings, "lifetime")).toMatchObject({ verdict: "failed" });
    expect(verdict).toBe("failed");
  });

  test("refuses those of another secret", async () => {
    const urls = `turn:127.0.0.1:${coturn.port}?transport=tcp`;
    const { findings } = await examine([{ urls, ...ephemeral("another", 3600) }]);
    expect(about(findings, "reached")).toMatchObject({ verdict: "ok" });
    expect(about(findings, "allocation")?.finding).toContain("refuses the credentials (401)");
    expect(about(findings, "echo")).toBeUndefined();
  });

  test("is not trusted under a name that its certificate does not have", async () => {
    const urls = `turns:127.0.0.1:${coturn.tlsPort}`;
    const { findings } = await examine([{ urls, ...ephemeral(secret, 3600) }]);
    expect(about(findings, "certificate")).toMatchObject({ verdict: "failed" });
    expect(about(findings, "allocation")).toBeUndefined();
  });

  test("gets its relays back, and needs not wait until they end", async () => {
    await withCoturn([...withSecret, ...loopback, "user-quota=1"], async ({ port }) => {
      const servers = [{ urls: `turn:127.0.0.1:${port}`, ...ephemeral(secret, 3600) }];
      const allocated = async () => {
        const { findings } = await examine(servers);
        expect(about(findings, "allocation")).toMatchObject({ verdict: "ok" });
      };
      await allocated();
      await vi.waitFor(allocated, { timeout: 10_000, interval: 100 }); // coturn takes about a second
    });
  });

  describe("seen by the command", () => {
    const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), "llmrtc-doctor-"));
      await writeFile(path.join(folder, "ca.pem"), authority.ca);
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const run = async (flags: readonly string[], iceServers: readonly IceServer[]) => {
      const env = {
        PATH: process.env["PATH"],
        NODE_EXTRA_CA_CERTS: path.join(folder, "ca.pem"),
        ICE_SERVERS: JSON.stringify(iceServers),
        PORT: String(await freePort()),
      };
      return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
        execFile("node", [main, "doctor", ...flags], { cwd: folder, env }, (error, out, err) => {
          resolve({ code: Number(error?.code ?? 0), stdout: out, stderr: err });
        });
      });
    };
    const urls = () => [
      `turn:localhost:${coturn.port}`,
      `turns:localhost:${coturn.tlsPort}?transport=tcp`,
    ];

    test("exits with 0 and a table that holds no secret when nothing failed", async () => {
      const login = ephemeral(secret, 3600);
      const { code, stdout, stderr } = await run([], [{ urls: urls(), ...login }]);
      expect(stderr).toBe("");
      expect(stdout).toContain(`turns:localhost:${coturn.tlsPort}?transport=tcp\n`);
      expect(stdout).toMatch(/ok +echo +sent through the relay and back in/);
      expect(stdout).not.toContain(login.username);
      expect(stdout).not.toContain(login.credential);
      expect(code).toBe(0);
    });

    test("exits with 1 when something failed, and JSON says what", async () => {
      const { code, stdout } = await run(["--json"], [{ urls: urls(), ...ephemeral("no", 60) }]);
      const diagnosis = JSON.parse(stdout) as Diagnosis;
      expect(diagnosis.verdict).toBe("failed");
      expect(diagnosis.findings.filter(({ check }) => check === "allocation")).toHaveLength(2);
      expect(code).toBe(1);
    });

    test("exits with 2 on bad usage", async () => {
      const { code, stdout, stderr } = await run(["--udp-ports", "9-1"], []);
      expect(stdout).toBe("");
      expect(stderr).toContain("first and the last port");
      expect(code).toBe(2);
    });
  });
});

test("static users come in with their password alone", async () => {
  await withCoturn(["lt-cred-mech", "user=alice:right", ...loopback], async ({ port }) => {
    const urls = `turn:127.0.0.1:${port}`;
    const right = await examine([{ urls, username: "alice", credential: "right" }]);
    const wrong = await examine([{ urls, username: "alice", credential: "wrong" }]);
    expect(about(right.findings, "echo")).toMatchObject({ verdict: "ok" });
    expect(about(wrong.findings, "allocation")).toMatchObject({ verdict: "failed" });
  });
});

test("a server that relays for anybody fails", async () => {
  await withCoturn(["no-auth", ...loopback], async ({ port }) => {
    const { findings } = await examine([
      { urls: `turn:127.0.0.1:${port}`, username: "any", credential: "thing" },
    ]);
    expect(about(findings, "reached")).toMatchObject({ verdict: "failed" });
    expect(about(findings, "echo")).toMatchObject({ verdict: "ok" });
  });
});

test("the configuration that we ship lets nobody in before it has a secret", async () => {
  const shipped = new URL("../../../../deploy/coturn/turnserver.conf", import.meta.url);
  const replaced = /^(?:listening-ip|relay-ip|aux-server|realm|cert|pkey|(?:tls-)?listening-port)=/;
  const lines = (await readFile(shipped, "utf8"))
    .split("\n")
    .filter((line) => !replaced.test(line));
  const urls = (port: number) => `turn:127.0.0.1:${port}`;
  await withCoturn(lines, async ({ port }) => {
    const { findings } = await examine([{ urls: urls(port), ...ephemeral("", 3600) }]);
    expect(about(findings, "allocation")?.finding).toContain("refuses the credentials (401)");
  });
  await withCoturn([...lines, `static-auth-secret=${secret}`], async ({ port }) => {
    const { findings } = await examine([{ urls: urls(port), ...ephemeral(secret, 3600) }]);
    expect(about(findings, "allocation")).toMatchObject({ verdict: "ok" });
    expect(about(findings, "private peers")).toMatchObject({ verdict: "ok" });
  });
});

test("a relay that keeps us from our own address says nothing about its echo", async () => {
  await withCoturn(withSecret, async ({ port }) => {
    const urls = `turn:127.0.0.1:${port}`;
    const { findings } = await examine([{ urls, ...ephemeral(secret, 3600) }]);
    expect(about(findings, "allocation")).toMatchObject({ verdict: "ok" });
    expect(about(findings, "echo")).toMatchObject({ verdict: "unknown" });
  });
});

test("a user over quota is told so", async () => {
  await withCoturn([...withSecret, "user-quota=1"], async ({ port }) => {
    const urls = ["udp", "tcp"].map((way) => `turn:127.0.0.1:${port}?transport=${way}`);
    const { findings } = await examine([{ urls, ...ephemeral(secret, 3600) }]);
    const allocations = findings.filter(({ check }) => check === "allocation");
    expect(allocations.map(({ verdict }) => verdict).sort()).toEqual(["failed", "ok"]);
    expect(allocations.find(({ verdict }) => verdict === "failed")?.finding).toContain("486");
  });
});

describe("private peers of a relay on the internet", () => {
  // It says that it is on the internet, so nothing may be sent: only permissions are asked for.
  const publicly = [
    ...withSecret,
    "external-ip=203.0.113.5/127.0.0.1",
    ...(hasIpv6 ? ["relay-ip=::1", "external-ip=2001:db8::5/::1"] : []),
  ];
  const { signal } = new AbortController();

  const openPeers = (lines: readonly string[], family: Family = "ipv4") =>
    withCoturn([...publicly, ...lines], async ({ port }) => {
      const target = { transport: "udp", address: "127.0.0.1", host: "127.0.0.1", port } as const;
      const client = new StunClient(await openCarrier(target, { signal }));
      try {
        const { username = "", credential = "" } = ephemeral(secret, 60);
        const login = { username, credential };
        const welcome = await knock(client, { signal, family });
        const allocation = await Allocation.open(client, welcome, login, { signal, family });
        return await openPrivatePeers(allocation, { signal });
      } finally {
        client.close();
      }
    });

  test("are open by coturn's default, but for the machine itself", async () => {
    const itself = ["127.0.0.1", "0.0.0.0"];
    const expected = forbiddenPeers.ipv4.filter((peer) => !itself.includes(peer));
    expect(await openPeers([])).toEqual(expected);
  });

  test("are closed when its configuration denies them", async () => {
    const ranges = [
      "10.0.0.0-10.255.255.255",
      "100.64.0.0-100.127.255.255",
      "169.254.0.0-169.254.255.255",
      "172.16.0.0-172.31.255.255",
      "192.168.0.0-192.168.255.255",
    ];
    expect(await openPeers(ranges.map((range) => `denied-peer-ip=${range}`))).toEqual([]);
  });

  test("are open where one range was forgotten", async () => {
    const line = "denied-peer-ip=10.0.0.0-10.255.255.255";
    const open = await openPeers([line]);
    expect(open).not.toContain("10.0.0.1");
    expect(open).toContain("169.254.169.254");
  });

  test.skipIf(!hasIpv6)("are asked for in IPv6 where it relays that too", async () => {
    expect(await openPeers([], "ipv6")).toEqual(["::ffff:169.254.169.254", "fe80::1", "fd00::1"]);
    const last = "ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    const lines = [`denied-peer-ip=fc00::-fdff:${last}`, `denied-peer-ip=fe80::-febf:${last}`];
    expect(await openPeers(lines, "ipv6")).toEqual(["::ffff:169.254.169.254"]);
  });

  test.skipIf(!hasIpv6)("in IPv6 alone fail the doctor", async () => {
    const ipv4 = "denied-peer-ip=0.0.0.0-255.255.255.255";
    await withCoturn([...publicly, ipv4], async ({ port }) => {
      const urls = `turn:127.0.0.1:${port}`;
      const { findings, verdict } = await examine([{ urls, ...ephemeral(secret, 3600) }]);
      expect(about(findings, "private peers")).toMatchObject({ verdict: "failed" });
      expect(about(findings, "private peers")?.finding).toContain("fd00::1");
      expect(verdict).toBe("failed");
    });
  });
});
