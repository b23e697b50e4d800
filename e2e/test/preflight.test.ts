import type { IceServer } from "@metered/llmrtc-core";
import type { PreflightReport } from "@metered/llmrtc-web-client/preflight";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  type Coturn,
  ephemeral,
  freePort,
  startCoturn,
} from "../../packages/backend/test/doctor/coturn.ts";
import { type Agent, startAgent } from "../src/agent.ts";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { closeFirewall } from "../src/firewall.ts";
import { type PageServer, servePages } from "../src/page-server.ts";
import { startStun, type StunServer } from "../src/stun-server.ts";

const secret = "shared-secret-of-the-test";
const relayOnLoopback = ["allow-loopback-peers", "cli-password=unused"];

let agent: Agent;
let pages: PageServer;
let browser: Browser;
let coturn: Coturn;
let stun: StunServer;
let silent: StunServer;
/** What the server gives its callers next. */
let iceServers: readonly IceServer[] = [];

beforeAll(async () => {
  [agent, pages, browser, coturn, stun, silent] = await Promise.all([
    startAgent(() => "Nobody asks.", { iceServers: () => Promise.resolve([...iceServers]) }),
    servePages(),
    openChromium(),
    startCoturn({
      lines: ["use-auth-secret", `static-auth-secret=${secret}`, ...relayOnLoopback],
    }),
    startStun(),
    startStun({ answers: false }),
  ]);
});
afterEach(() => {
  iceServers = [];
});
afterAll(async () => {
  await browser.close();
  await agent.server.stop();
  await Promise.all([pages.close(), coturn.close()]);
  stun.close();
  silent.close();
});

interface Outcome {
  readonly report: PreflightReport;
  readonly text: string;
  /** How far it was, each time that more was known. */
  readonly steps: readonly string[];
}

interface Options {
  readonly prepare?: (page: Page) => Promise<unknown>;
  readonly signallingUrl?: string;
  /** Instead of the server's. */
  readonly iceServers?: RTCIceServer[];
  readonly refuseMicrophone?: string;
}

async function examine({
  prepare,
  signallingUrl,
  iceServers: own = [],
  refuseMicrophone,
}: Options = {}): Promise<Outcome> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await prepare?.(page);
    if (refuseMicrophone) {
      await page.addInitScript((name) => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", name));
      }, refuseMicrophone);
    }
    await page.goto(pages.url("preflight"));
    return await page.evaluate(
      async ({ signallingUrl, own }) => {
        const steps: string[] = [];
        const report = await globalThis.check.preflight({
          signallingUrl,
          iceServers: own,
          onProgress: ({ step, verdict }) => steps.push(`${verdict} ${step}`),
        });
        return { report, text: globalThis.check.text(report), steps };
      },
      { signallingUrl: signallingUrl ?? `${agent.signallingUrl}/call?token=hush`, own },
    );
  } finally {
    await context.close();
  }
}

const turn = (url: string, login: Omit<IceServer, "urls"> = ephemeral(secret, 600)) => ({
  urls: url,
  ...login,
});
const summary = ({ iceServers }: PreflightReport) =>
  iceServers.map(({ kind, transport, verdict, reason }) => [kind, transport, verdict, reason]);

test("finds the direct way, and every server and transport that answers, and how fast", async () => {
  const login = ephemeral(secret, 600);
  iceServers = [
    { urls: stun.url },
    turn(`turn:127.0.0.1:${coturn.port}`, login),
    turn(`turn:127.0.0.1:${coturn.port}?transport=tcp`, login),
  ];
  const { report, text, steps } = await examine();
  expect(report).toMatchObject({ finished: true, verdict: "ok", step: "direct" });
  expect(report.server.verdict).toBe("ok");
  expect(report.server.roundTripMs).toBeLessThan(report.server.readyMs ?? 0);
  expect(report.path.pair).toMatchObject({ protocol: "udp" });
  expect(summary(report)).toEqual([
    ["stun", "udp", "ok", undefined],
    ["turn", "udp", "ok", undefined],
    ["turn", "tcp", "ok", undefined],
  ]);
  for (const { kind, reachedMs, relayMs } of report.iceServers) {
    expect(reachedMs).toBeGreaterThan(0);
    if (kind === "turn") expect(relayMs).toBeGreaterThan(0);
  }
  expect(report.microphone).toMatchObject({ verdict: "ok", finding: "hears you" });
  expect(steps[0]).toBe("running unknown");
  expect(steps.at(-1)).toBe("ok direct");
  const everything = JSON.stringify(report) + text;
  for (const hidden of ["hush", login.username ?? "", login.credential ?? "", secret]) {
    expect(everything).not.toContain(hidden);
  }
  expect(everything).not.toMatch(/\b192\.|candidate:/); // whose addresses they are is nobody's business
  expect(text).toContain(`turn:127.0.0.1:${coturn.port}?transport=tcp: answers over TCP in`);
});

test("tells wrong credentials from a server that is not there", async () => {
  iceServers = [
    turn(`turn:127.0.0.1:${coturn.port}`, ephemeral("another secret", 600)),
    turn(`turn:127.0.0.1:${await freePort()}?transport=tcp`),
    { urls: silent.url },
  ];
  const { report, text } = await examine();
  expect(summary(report)).toEqual([
    ["turn", "udp", "failed", "credentials"],
    ["turn", "tcp", "failed", undefined],
    ["stun", "udp", "failed", undefined],
  ]);
  expect(report).toMatchObject({ verdict: "warning", step: "direct" });
  expect(text).toContain("refuses the credentials (401) [credentials]");
});

test("a relay through which nothing comes is no relay", async () => {
  const strict = await startCoturn({
    lines: ["use-auth-secret", `static-auth-secret=${secret}`],
  });
  try {
    iceServers = [turn(`turn:127.0.0.1:${strict.port}`)];
    const { report } = await examine();
    expect(report.iceServers[0]).toMatchObject({ verdict: "warning" });
    expect(report.iceServers[0]?.finding).toContain("nothing comes through the relay");
  } finally {
    await strict.close();
  }
});

test("behind a firewall that lets only a relay through, that is the likely step", async () => {
  iceServers = [turn(`turn:127.0.0.1:${coturn.port}?transport=tcp`)];
  const { report } = await examine({ prepare: closeFirewall });
  expect(report).toMatchObject({ step: "relay-tcp", verdict: "ok" });
  expect(report.path.finding).toContain("through a TURN server over TCP");
});

test("behind a firewall that lets no WebRTC out, calls go over the WebSocket", async () => {
  const { report } = await examine({ prepare: closeFirewall });
  expect(report).toMatchObject({ step: "websocket", verdict: "warning" });
  expect(report.path).toMatchObject({ verdict: "failed", reason: "no-candidates" });
});

test("without a server there is no call", async () => {
  const { report } = await examine({ signallingUrl: `ws://127.0.0.1:${await freePort()}` });
  expect(report).toMatchObject({ step: "none", verdict: "failed" });
  expect(report.server).toMatchObject({ verdict: "failed", reason: "signalling" });
  expect(report.path.verdict).toBe("skipped");
});

test("a server that is full is no server, though it greets", async () => {
  const full = await startAgent(() => "Nobody asks.", { maxSessions: 1 });
  const first = await browser.newContext();
  try {
    const page = await first.newPage();
    await page.goto(pages.url("preflight"));
    const begin = (signallingUrl: string) => globalThis.check.connect({ signallingUrl });
    expect(await page.evaluate(begin, full.signallingUrl)).toMatchObject({ code: "connected" });
    const { report } = await examine({ signallingUrl: full.signallingUrl });
    expect(report).toMatchObject({ step: "none", verdict: "failed" });
    expect(report.server).toMatchObject({ verdict: "failed", reason: "busy" });
    expect(report.path.verdict).toBe("skipped");
  } finally {
    await first.close();
    await full.server.stop();
  }
});

test("a list with URLs that the browser refuses is told URL by URL, and the others are asked", async () => {
  const bad = ["stun:127.0.0.1?transport=udp", "http://127.0.0.1", "turn:name:hush@127.0.0.1"];
  const own = [
    { urls: stun.url },
    ...bad.map((urls) => ({ urls, username: "u", credential: "hush" })),
    { urls: "turn:127.0.0.1" },
  ];
  const { report, text } = await examine({ iceServers: own });
  expect(summary(report)).toEqual([
    ["stun", "udp", "ok", undefined],
    ["stun", "udp", "failed", "other"],
    ["unknown", "udp", "failed", "other"],
    ["turn", "udp", "failed", "other"],
    ["turn", "udp", "failed", "other"],
  ]);
  expect(text).toContain("stun:127.0.0.1?transport=udp: the browser refuses it (SyntaxError)");
  expect(text).toContain("turn:127.0.0.1: the browser refuses it, as a TURN server needs");
  // A call takes those that the browser takes.
  expect(report).toMatchObject({ step: "direct", path: { verdict: "ok" } });
  expect(JSON.stringify(report) + text).not.toContain("hush");
});

test("a browser without WebRTC makes no call", async () => {
  const { report } = await examine({
    prepare: (page) =>
      page.addInitScript(() => {
        Reflect.deleteProperty(globalThis, "RTCPeerConnection");
      }),
  });
  expect(report).toMatchObject({ step: "none", verdict: "failed" });
  expect(report.path).toMatchObject({ verdict: "failed", reason: "unsupported" });
});

test.each([
  ["NotAllowedError", "microphone-denied"],
  ["NotFoundError", "microphone-unavailable"],
])("a microphone that gives %s is a warning with its reason", async (refuseMicrophone, reason) => {
  const { report } = await examine({ refuseMicrophone });
  expect(report.microphone).toMatchObject({ verdict: "failed", reason });
  expect(report).toMatchObject({ step: "direct", verdict: "warning" });
});

test("is no call: it leaves no session, and the server counts a check", async () => {
  await examine();
  await expect.poll(() => agent.server.sessionCount).toBe(0);
  const { port } = new URL(agent.signallingUrl);
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toMatch(/llmrtc_connection_checks_total [1-9]/);
  expect(metrics).not.toContain("llmrtc_connection_attempts_total");
});
