import { settle } from "@metered/llmrtc-testing";
import { expect, test } from "vitest";
import type { ConnectionReport, LLMRTCClientError, WebClientConfig } from "../src/index.ts";
import { stage } from "./fake-network.ts";

const once = { reconnection: { enabled: false } } as const;

async function calling(config: Partial<WebClientConfig> = {}, features = ["reports"]) {
  const scene = stage(config);
  const failure = scene.client.start().then(
    () => undefined,
    (error: unknown) => error as LLMRTCClientError,
  );
  scene.greet("s1", features);
  await settle();
  return { ...scene, failure, troubles: () => troublesIn(scene.socket.sent) };
}

function troublesIn(sent: readonly object[]): unknown[] {
  return sent.flatMap((one) => ("reason" in one ? [one.reason] : []));
}

const answer = { type: "signal", signal: { type: "answer", sdp: "answer" } } as const;

test("tells the server how it is connected, without addresses", async () => {
  const scene = await calling();
  await scene.connect();
  await settle();
  expect(scene.socket.sent.at(-1)).toEqual({
    type: "connection-report",
    kind: "webrtc",
    why: "first-try",
    afterMs: 0,
    attempts: 1,
  });
});

test("a server that does not know reports gets none", async () => {
  const scene = await calling({}, []);
  await scene.connect();
  await settle();
  expect(scene.socket.types()).toEqual(["hello", "offer"]);
});

test.each([
  ["no-answer", () => undefined],
  ["no-candidates", ["answer"]],
  ["ice-failed", ["answer", "host"]],
  ["credentials", ["answer", "host", "401"]],
  ["dtls-failed", ["answer", "host", "path"]],
  ["media-silent", ["answer", "host", "path", "connected"]],
] as const)(
  "fails within 15 s with the reason %s, and the server is told",
  async (reason, done) => {
    const scene = await calling({ ...once, transport: "webrtc" });
    const { peer, socket } = scene;
    for (const step of typeof done === "function" ? [] : done) {
      if (step === "answer") socket.say(answer);
      if (step === "host") peer.find("candidate:1 1 udp 1 10.0.0.1 9 typ host");
      if (step === "401") peer.fail(401);
      if (step === "path") peer.iceConnectionState = "connected";
      if (step === "connected") peer.become("connected");
      await settle();
    }
    await scene.clock.advance(15_000);
    const error = await scene.failure;
    expect([error?.code, error?.reason]).toEqual(["CONNECTION_FAILED", reason]);
    expect(scene.troubles()).toEqual([reason]);
    expect(scene.clock.pending).toBe(0);
  },
);

test("a late greeting leaves less time for the rest: 15 s are for the whole", async () => {
  const scene = stage({ ...once, transport: "webrtc" });
  const failure = scene.client.start().catch((error: unknown) => error as LLMRTCClientError);
  await scene.clock.advance(9_000);
  scene.greet("s1");
  await scene.clock.advance(6_000);
  expect((await failure)?.code).toBe("CONNECTION_FAILED");
});

test("what the server could not be told at the time it is told with the next greeting", async () => {
  const scene = await calling();
  scene.socket.cut();
  await scene.clock.advance(1_000);
  await settle();
  scene.greet("s2", ["reports"]);
  expect(scene.sockets).toHaveLength(2);
  expect(scene.troubles()).toEqual(["signalling"]);
});

test("a try of WebRTC that failed is told while sound goes over the socket", async () => {
  const scene = await calling({ iceServers: [] }, ["reports", "websocket-audio"]);
  const { socket, clock } = scene;
  socket.say(answer);
  scene.peer.find("candidate:1 1 udp 1 10.0.0.1 9 typ host");
  await clock.advance(2_500);
  await settle();
  socket.say({ type: "audio-started" });
  await clock.advance(2_500);
  expect(scene.client.connectionReport).toMatchObject({ kind: "websocket", reason: "ice-failed" });
  expect(socket.sent.at(-1)).toEqual({ type: "connection-trouble", reason: "ice-failed" });
  scene.client.close();
});

test("how long a broken path was silent is in the report of the recovery", async () => {
  const scene = await calling();
  await scene.connect();
  await settle();
  scene.peer.become("failed");
  await scene.clock.advance(700);
  scene.socket.say(answer);
  await settle();
  scene.peer.become("connected");
  await settle();
  expect(scene.client.connectionReport).toMatchObject({ kind: "webrtc", recoveredAfterMs: 700 });
});

const relayed = [
  { id: "t", type: "transport", selectedCandidatePairId: "p" },
  { id: "l", type: "local-candidate", candidateType: "relay", protocol: "udp" },
  { id: "r", type: "remote-candidate", candidateType: "host", protocol: "udp" },
];

/** What the browser says of the call's path and of the agent's sound, since the call began. */
function measured(figures: { trip: number; received: number; lost: number; jitter: number }) {
  const { trip, received, lost, jitter } = figures;
  const ends = { localCandidateId: "l", remoteCandidateId: "r" };
  return [
    ...relayed,
    { id: "p", type: "candidate-pair", ...ends, currentRoundTripTime: trip },
    { id: "i", type: "inbound-rtp", packetsReceived: received, packetsLost: lost, jitter },
  ];
}

test("on WebRTC the report comes again every 10 s, with what was measured meanwhile", async () => {
  const scene = await calling();
  const { peer, client, clock, socket } = scene;
  const reports: ConnectionReport[] = [];
  client.on("connectionReport", (report) => reports.push(report));
  peer.stats = measured({ trip: 0.02, received: 0, lost: 0, jitter: 0 });
  await clock.advance(100);
  await scene.connect();
  await settle();
  peer.stats = measured({ trip: 0.03, received: 475, lost: 25, jitter: 0.012 });
  await clock.advance(9_999);
  expect(reports).toHaveLength(1);
  await clock.advance(1);
  peer.stats = measured({ trip: 0.04, received: 975, lost: 25, jitter: 0.002 });
  await clock.advance(10_000);

  const pair = { local: "relay", remote: "host", protocol: "udp" };
  const step = { kind: "webrtc", relayed: true, why: "first-try", afterMs: 100, attempts: 1 };
  expect(reports).toEqual([
    { ...step, pair: { ...pair, roundTripMs: 20 } }, // no sound had come yet
    { ...step, pair: { ...pair, roundTripMs: 30 }, lossPct: 5, jitterMs: 12 },
    { ...step, pair: { ...pair, roundTripMs: 40 }, lossPct: 0, jitterMs: 2 },
  ]);
  expect(client.connectionReport).toBe(reports[2]);
  const told = socket.sent.filter(({ type }) => type === "connection-report");
  const { relayed: _, ...wire } = step;
  expect(told[1]).toMatchObject({ ...wire, lossPct: 5, jitterMs: 12 });
  expect(told).toHaveLength(3);
  client.close();
  expect(clock.pending).toBe(0);
});

test("a step that is over is not told again: not in a silence, and not over the WebSocket", async () => {
  const scene = await calling({ iceServers: [] }, ["reports", "websocket-audio"]);
  const { peer, client, clock, socket } = scene;
  const steps: unknown[] = [];
  client.on("connectionReport", ({ kind, why }) => steps.push([kind, why]));
  await scene.connect();
  await settle();
  await clock.advance(9_000);
  peer.become("failed");
  await clock.advance(2_999);
  expect(steps).toEqual([["webrtc", "first-try"]]);
  await clock.advance(1);
  socket.say({ type: "audio-started" });
  await clock.advance(25_000);
  expect(steps).toEqual([
    ["webrtc", "first-try"],
    ["websocket", "webrtc-lost"],
  ]);
  client.close();
});

test("a listener of the report may close the call, and nothing is left", async () => {
  const { client, clock, connect } = await calling();
  client.on("connectionReport", () => {
    client.close();
  });
  await connect();
  await settle();
  expect(clock.pending).toBe(0);
});

test("each error about the connection has its reason", async () => {
  const scene = stage(once);
  const failure = scene.client.start().catch((error: unknown) => error as LLMRTCClientError);
  scene.socket.cut(4401);
  expect((await failure)?.reason).toBe("refused");
});
