import type { ServerMessage } from "@metered/llmrtc-core";
import { settle } from "@metered/llmrtc-testing";
import { expect, test } from "vitest";
import type { ConnectionReport, WebClientConfig } from "../src/index.ts";
import { stage } from "./fake-network.ts";

const turn = [{ urls: ["stun:s.example", "turn:t.example"], username: "u", credential: "c" }];

/** A caller whose server takes sound on the socket, and whose WebRTC waits for the test. */
async function calling(config: Partial<WebClientConfig> = {}) {
  const scene = stage({ iceServers: turn, ...config });
  const reports: ConnectionReport[] = [];
  const streams: MediaStream[] = [];
  scene.client.on("connectionReport", (report) => reports.push(report));
  scene.client.on("ttsTrack", (stream) => streams.push(stream));
  scene.client.start().catch(() => undefined);
  await settle();
  scene.greet("s1", ["websocket-audio"]);
  await settle();
  const { client, clock, sockets, peers, audios, events, networkListeners, connect } = scene;
  const { socket } = scene;
  const pass = (ms: number): Promise<void> => clock.advance(ms);
  return {
    ...{ client, clock, socket, sockets, peers, audios, events, networkListeners, connect },
    ...{ reports, streams, pass },
  };
}

/** The same, with sound on the socket. */
async function onSocket(config: Partial<WebClientConfig> = {}) {
  const scene = await calling(config);
  await scene.pass(2500);
  scene.sockets[0]?.say({ type: "audio-started" });
  await settle();
  return scene;
}

const answer: ServerMessage = { type: "signal", signal: { type: "answer", sdp: "answer" } };
const freshOffers = (sent: readonly object[]) => sent.filter((one) => "fresh" in one).length;

test("behind a firewall sound goes over the socket after 2.5 s, then WebRTC tries relays only", async () => {
  const { client, sockets, peers, audios, reports, streams, pass } = await calling();
  const [socket] = sockets;
  await pass(2499);
  expect(audios).toEqual([]);
  await pass(1);
  expect(socket?.sent.at(-1)).toEqual({ type: "audio-start", codec: "pcm" });
  expect(client.state).toBe("connecting");
  socket?.say({ type: "audio-started" });
  await settle();
  expect(client.state).toBe("connected");
  const why = { why: "webrtc-slow", reason: "no-answer" };
  expect(reports).toEqual([{ kind: "websocket", ...why, afterMs: 2500, attempts: 1 }]);
  expect(client.connectionReport).toBe(reports[0]);
  expect(streams).toEqual([audios[0]?.stream]);

  await pass(2500);
  expect(peers.map(({ connectionState }) => connectionState)).toEqual(["closed", "new"]);
  expect(peers[1]?.configuration.iceTransportPolicy).toBe("relay");
  expect(freshOffers(socket?.sent ?? [])).toBe(1);
  await pass(5000);
  expect(peers.map(({ connectionState }) => connectionState)).toEqual(["closed", "closed"]);
  await pass(29_999);
  expect(peers).toHaveLength(2);
  await pass(1);
  expect(peers[2]?.configuration.iceTransportPolicy).toBe("all");
  expect([client.state, reports.length]).toEqual(["connected", 1]);
  client.close();
});

test("frames go to the one who plays them, and a cancelled reply is flushed", async () => {
  const { client, socket, audios } = await onSocket();
  const data = Uint8Array.of(1, 2).buffer;
  socket.dispatchEvent(new MessageEvent("message", { data }));
  expect(audios[0]?.received).toEqual([Uint8Array.of(1, 2)]);
  const cancelled: unknown[] = [];
  client.on("ttsCancelled", (info) => cancelled.push(info));
  socket.say({ type: "tts-cancelled", turnId: "t1" });
  expect([audios[0]?.flushes, cancelled]).toEqual([1, [{ turnId: "t1" }]]);
  client.close();
});

test("a paused agent is silent at once, on the socket and on a track, until it goes on or is done", async () => {
  const { client, socket, peers, audios, streams } = await onSocket();
  const told: string[] = [];
  client.on("ttsPaused", () => told.push("paused"));
  client.on("ttsResumed", () => told.push("resumed"));
  client.on("turnWithdrawn", (by, { turnId }) => told.push(`${turnId} by ${by}`));
  socket.say({ type: "tts-paused", turnId: "t1" });
  socket.say({ type: "tts-resumed", turnId: "t1" });
  expect(audios[0]?.flushes).toBe(1);

  const track = { enabled: true };
  const stream = { getTracks: () => [track] } as unknown as MediaStream;
  socket.say(answer);
  await settle();
  peers[0]?.dispatchEvent(Object.assign(new Event("track"), { track: {}, streams: [stream] }));
  peers[0]?.openChannel();
  peers[0]?.become("connected");
  await settle();
  expect(streams.at(-1)).toBe(stream);
  for (const end of ["tts-resumed", "tts-cancelled"] as const) {
    socket.say({ type: "tts-paused", turnId: "t1" });
    expect(track.enabled).toBe(false);
    socket.say({ type: end, turnId: "t1" });
    expect(track.enabled).toBe(true);
  }
  socket.say({ type: "turn-withdrawn", turnId: "t1", by: "t2" });
  expect(told).toEqual(["paused", "resumed", "paused", "resumed", "paused", "t1 by t2"]);
  client.close();
});

test("when WebRTC connects after all it takes over without a break", async () => {
  const { client, socket, peers, audios, reports, streams, events } = await onSocket();
  const [peer] = peers;
  events.length = 0;
  socket.say(answer);
  await settle();
  const stream = {} as MediaStream;
  peer?.dispatchEvent(Object.assign(new Event("track"), { track: {}, streams: [stream] }));
  expect(streams).toHaveLength(1); // not before sound comes that way
  peer?.openChannel();
  peer?.become("connected");
  await settle();
  expect(socket.types().at(-1)).toBe("audio-stop");
  expect(audios[0]?.closed).toBe(true);
  expect(streams.at(-1)).toBe(stream);
  expect(reports.at(-1)).toMatchObject({ kind: "webrtc", why: "webrtc-back", attempts: 1 });
  expect(events).toEqual([]);
  client.close();
});

test("an answer to a peer that was given up is not taken for the next one's", async () => {
  const { client, socket, peers, pass } = await onSocket();
  await pass(2500);
  socket.say(answer);
  await settle();
  expect(peers[1]?.remoteDescription).toBeNull();
  socket.say(answer);
  await settle();
  expect(peers[1]?.remoteDescription).not.toBeNull();
  client.close();
});

test("a call whose WebRTC breaks goes on over the socket, in the same session", async () => {
  const { client, sockets, peers, audios, reports, events, pass, connect } = await calling();
  await connect();
  await settle();
  expect(reports).toMatchObject([{ kind: "webrtc", why: "first-try" }]);
  peers[0]?.become("failed");
  expect(client.state).toBe("reconnecting");
  await pass(3000);
  expect(audios).toHaveLength(1);
  sockets[0]?.say({ type: "audio-started" });
  await settle();
  expect(client.state).toBe("connected");
  expect(reports.at(-1)).toMatchObject({ kind: "websocket", why: "webrtc-lost" });
  await pass(5000); // the restart has led nowhere
  expect(peers).toHaveLength(2);
  expect(sockets).toHaveLength(1);
  expect(events.filter(([name]) => name === "error")).toEqual([]);
  client.close();
});

test("another network is tried at once", async () => {
  const { client, peers, networkListeners, pass } = await onSocket({ iceServers: [] });
  await pass(20_000);
  expect(peers).toHaveLength(1);
  for (const listener of networkListeners) listener();
  expect(peers).toHaveLength(2);
  client.close();
});

test("a browser that cannot do it leaves the call to WebRTC", async () => {
  const { client, socket, audios, peers, pass } = await calling();
  await pass(2500);
  audios[0]?.options.failed(new Error("no Opus after all"));
  expect([audios[0]?.closed, socket.types().at(-1)]).toEqual([true, "audio-stop"]);
  await pass(10_000);
  expect(peers.map(({ connectionState }) => connectionState)).toEqual(["new"]);
  expect(client.state).toBe("connecting");
  client.close();
});

test("close() leaves nothing behind, whatever is open", async () => {
  const { client, clock, audios, peers, networkListeners, socket } = await onSocket();
  client.close();
  expect(audios[0]?.closed).toBe(true);
  expect(peers[0]?.connectionState).toBe("closed");
  expect(networkListeners.size).toBe(0);
  expect(socket.readyState).toBe(3);
  expect(clock.pending).toBe(0);
  expect(client.connectionReport).toBeNull();
});

test("sound that opens only after the call was closed is closed too", async () => {
  const { client, audios, greet } = stage({ transport: "websocket" });
  client.start().catch(() => undefined);
  await settle();
  greet("s1", ["websocket-audio"]);
  expect(audios[0]?.closed).toBe(false);
  client.close();
  await settle();
  expect(audios[0]?.closed).toBe(true);
});

test("`webrtc` never uses the socket, `websocket` makes no peer and needs a server that can", async () => {
  const one = await calling({ transport: "webrtc" });
  await one.pass(20_000);
  expect([one.audios.length, one.peers.length]).toEqual([0, 1]);
  one.client.close();

  const other = await calling({ transport: "websocket" });
  expect([other.audios.length, other.peers.length]).toEqual([1, 0]);
  other.client.close();

  const old = stage({ transport: "websocket" });
  const started = old.client.start();
  await settle();
  old.greet("s1");
  await expect(started).rejects.toMatchObject({ code: "UNSUPPORTED_BY_SERVER" });
});
