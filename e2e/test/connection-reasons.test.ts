import type { ConnectionOutcome } from "@metered/llmrtc-core";
import type { WebClientConfig } from "@metered/llmrtc-web-client";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ephemeral, startCoturn, type Coturn } from "../../packages/backend/test/doctor/coturn.ts";
import type { Ending } from "../pages/preflight.ts";
import { type Agent, startAgent } from "../src/agent.ts";
import { closeFirewall } from "../src/firewall.ts";
import { type PageServer, servePages } from "../src/page-server.ts";

let agent: Agent;
let pages: PageServer;
let browser: Browser;
let coturn: Coturn;
const outcomes: ConnectionOutcome[] = [];

beforeAll(async () => {
  [agent, pages, browser, coturn] = await Promise.all([
    startAgent(() => "Nobody asks.", {
      hooks: { onConnectionOutcome: (_id, outcome) => void outcomes.push(outcome) },
    }),
    servePages(),
    openChromium(),
    startCoturn({ lines: ["use-auth-secret", "static-auth-secret=the-right-one"] }),
  ]);
});
afterEach(() => {
  outcomes.length = 0;
});
afterAll(async () => {
  await browser.close();
  await agent.server.stop();
  await Promise.all([pages.close(), coturn.close()]);
});

async function connect(
  config: Partial<WebClientConfig>,
  prepare: (page: Page) => Promise<void> = async () => undefined,
): Promise<Ending> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await prepare(page);
    await page.goto(pages.url("preflight"));
    const all = { signallingUrl: agent.signallingUrl, ...config };
    return await page.evaluate((config) => globalThis.check.connect(config), all);
  } finally {
    await context.close();
  }
}

async function metrics(): Promise<string> {
  const { port } = new URL(agent.signallingUrl);
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

/** Runs before the page's own scripts: changes the answer of the server, as the network would not. */
const withAnswer =
  (change: string, more = "") =>
  async (page: Page) => {
    const content = `{
    const { prototype } = RTCPeerConnection;
    const { setRemoteDescription } = prototype;
    prototype.setRemoteDescription = function ({ type, sdp }) {
      return setRemoteDescription.call(this, { type, sdp: sdp.replace(${change}) });
    };
    ${more}
  }`;
    await page.addInitScript({ content });
  };

/** Neither end gets to know an address of the other. */
const withoutCandidates = withAnswer(
  String.raw`/^a=candidate:.*\r\n/gm, ""`,
  `prototype.addIceCandidate = async () => undefined;
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    if (!String(data).startsWith('{"type":"candidate"')) send.call(this, data);
  };
  const own = Object.getOwnPropertyDescriptor(prototype, "localDescription");
  Object.defineProperty(prototype, "localDescription", {
    get() {
      const { type, sdp } = own.get.call(this);
      return { type, sdp: sdp.replace(/^a=candidate:.*\\r\\n/gm, "") };
    },
  });`,
);

/** The handshake meets another certificate than the one announced. */
const withAnotherCertificate = withAnswer(String.raw`/(a=fingerprint:\S+) ..:..:/g, "$1 00:00:"`);

test.each([
  ["no-candidates", closeFirewall],
  ["ice-failed", withoutCandidates],
  ["dtls-failed", withAnotherCertificate],
] as const)("WebRTC alone fails with %s, at both ends, within 15 s", async (reason, prepare) => {
  const { code, reason: said, tookMs } = await connect({ transport: "webrtc" }, prepare);
  expect([code, said]).toEqual(["CONNECTION_FAILED", reason]);
  expect(tookMs).toBeLessThan(16_000); // 15 s are what the client waits; a busy machine adds to them
  await expect.poll(() => outcomes).toMatchObject([{ outcome: "failed", reason }]);
  expect(await metrics()).toContain(`{outcome="failed",reason="${reason}"} 1`);
});

test("wrong credentials are named where only a relay would do", async () => {
  const login = ephemeral("the-wrong-one", 600);
  const iceServers = [{ urls: `turn:127.0.0.1:${coturn.port}`, ...login }] as RTCIceServer[];
  const relay = { transport: "webrtc", iceTransportPolicy: "relay", iceServers } as const;
  const { code, reason } = await connect(relay);
  expect([code, reason]).toEqual(["CONNECTION_FAILED", "credentials"]);
  await expect.poll(() => outcomes).toMatchObject([{ outcome: "failed", reason: "credentials" }]);
});

test("a call that the WebSocket saves is connected, and says why WebRTC is not", async () => {
  const { code, reason } = await connect({}, closeFirewall);
  expect([code, reason]).toEqual(["connected", "no-candidates"]);
  await expect.poll(() => outcomes).toMatchObject([{ outcome: "connected", path: "websocket" }]);
});

test("a call that connects is counted with its way and its time", async () => {
  const { code } = await connect({});
  expect(code).toBe("connected");
  await expect.poll(() => outcomes).toMatchObject([{ outcome: "connected", path: "direct-udp" }]);
  const text = await metrics();
  expect(text).toContain('llmrtc_connection_connect_seconds_count{path="direct-udp"} 1');
  expect(text).toMatch(
    /llmrtc_connection_pairs_total\{client="(host|prflx)",server="host",protocol="udp",relay="none"\} 1/,
  );
  expect(text).toContain('llmrtc_connection_steps_total{path="direct-udp",why="first-try"} 1');
  await expect.poll(metrics).toContain('llmrtc_connection_calls{path="direct-udp"} 0'); // it has gone
  const ofAttempts = /^llmrtc_connection_attempts_total (\d+)$/m.exec(text)?.[1];
  const ofOutcomes = [...text.matchAll(/^llmrtc_connection_outcomes_total\{.*\} (\d+)$/gm)];
  expect(ofOutcomes.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(Number(ofAttempts));
});
