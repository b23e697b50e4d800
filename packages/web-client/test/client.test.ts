import { silentLogger } from "@metered/llmrtc-core";
import { settle } from "@metered/llmrtc-testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LLMRTCClientError, type WebClientConfig } from "../src/index.ts";
import { stage } from "./fake-network.ts";

async function connected(config: Partial<WebClientConfig> = {}) {
  const scene = stage(config);
  const started = scene.client.start();
  scene.greet("s1");
  await scene.connect();
  await started;
  scene.events.length = 0;
  return scene;
}

/** The code that `action` rejects or throws with. */
async function refusal(action: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof action === "function" ? action() : action);
  } catch (error) {
    if (error instanceof LLMRTCClientError) return error.code;
    throw error;
  }
  return "none";
}

/** A call whose socket is there, and nothing else yet. */
async function started(config: Partial<WebClientConfig> = {}) {
  const scene = stage(config);
  scene.client.start().catch(() => undefined);
  await settle();
  return scene;
}

test("says hello before the offer, and is connected when media and messages can flow", async () => {
  const scene = await started();
  const { client, socket, events } = scene;
  scene.greet("s1");
  await settle();
  expect(socket.types()).toEqual(["hello", "offer"]);
  socket.say({ type: "signal", signal: { type: "answer", sdp: "answer" } });
  await settle();
  scene.peer.become("connected");
  expect(client.state).toBe("connecting");
  scene.peer.openChannel();
  expect(client.state).toBe("connected");
  expect(client.currentSessionId).toBe("s1");
  expect(events).toEqual([
    ["state", "connecting"],
    ["state", "connected"],
  ]);
});

test("a v1 server gets one whole offer, and neither hello, candidates nor goodbye", async () => {
  const scene = await started();
  scene.greetAsV1();
  await settle();
  expect(scene.socket.types()).toEqual([]);
  scene.peer.find("candidate:1 1 udp 1 10.0.0.1 9 typ host");
  scene.peer.finishGathering();
  await scene.connect();
  scene.client.close();
  expect(scene.socket.types()).toEqual(["offer"]);
});

test("for a v1 server gathering ends 200 ms after the farthest-reaching kind, at most 3 s", async () => {
  const iceServers = [{ urls: ["stun:a", "turn:a"] }];
  const fast = await started({ iceServers });
  fast.greetAsV1();
  await settle();
  fast.peer.find("candidate:1 1 udp 1 10.0.0.1 9 typ host");
  await fast.clock.advance(1000);
  await settle();
  expect(fast.socket.types()).toEqual([]);
  fast.peer.find("candidate:2 1 udp 1 10.0.0.2 9 typ relay");
  await fast.clock.advance(200);
  await settle();
  expect(fast.socket.types()).toEqual(["offer"]);

  const slow = await started({ iceServers });
  slow.greetAsV1();
  await settle();
  await slow.clock.advance(2999);
  await settle();
  expect(slow.socket.types()).toEqual([]);
  await slow.clock.advance(1);
  await settle();
  expect(slow.socket.types()).toEqual(["offer"]);
});

test("candidates of either end never overtake what they belong to", async () => {
  const scene = await started();
  scene.greet("s1");
  const { socket, peer } = scene;
  peer.find("early");
  socket.say({ type: "candidate", candidate: { candidate: "theirs", sdpMid: "0" } });
  await settle();
  expect(socket.types()).toEqual(["hello", "offer", "candidate"]);
  expect(peer.candidates).toEqual([]);
  socket.say({ type: "signal", signal: { type: "answer", sdp: "answer" } });
  await settle();
  expect(peer.candidates).toEqual([{ candidate: "theirs", sdpMid: "0" }]);
  peer.find(null);
  expect(socket.sent.at(-1)).toEqual({ type: "candidate", candidate: null });
});

test("ICE servers come from the application, else the server, else the default", async () => {
  const own = [{ urls: "stun:own" }];
  const theirs = [{ urls: "stun:theirs" }];
  const ready = { type: "ready", id: "s1", protocolVersion: 1 } as const;
  for (const [config, sent, used] of [
    [own, theirs, own],
    [[], theirs, theirs],
    [undefined, [], []],
    [undefined, undefined, [{ urls: "stun:stun.metered.ca:80" }]],
  ] as const) {
    const scene = await started({ iceServers: config });
    scene.socket.say({ ...ready, ...(sent && { iceServers: [...sent] }) });
    expect(scene.peer.configuration.iceServers).toEqual(used);
    expect(scene.client.iceServers).toEqual(used);
    scene.client.close();
    expect(scene.client.iceServers).toEqual([]);
  }
});

test("fresh ICE servers of the server are there for the next restart, and for nothing else", async () => {
  const fresh = [{ urls: "turn:theirs", username: "2", credential: "b" }];
  const scene = await connected();
  scene.socket.say({ type: "ice-servers", iceServers: fresh, expiresAt: 1 });
  const { iceServers, iceTransportPolicy } = scene.peer.configuration;
  expect([iceServers, iceTransportPolicy]).toEqual([fresh, "all"]);
  expect(scene.events).toEqual([]);
  expect(scene.peer.restarts).toBe(0);
  scene.peer.become("failed");
  expect(scene.peer.restarts).toBe(1);
  expect(scene.peers).toHaveLength(1);
});

test("an ICE server that the browser refuses costs none of the others, now or later", async () => {
  const good = { urls: "stun:theirs" };
  const bad = { urls: "turn://theirs", username: "u", credential: "c" };
  const scene = await started({ iceServers: [bad, good] });
  scene.greet("s1");
  await scene.connect();
  expect(scene.client.state).toBe("connected");
  expect(scene.client.iceServers).toEqual([good]);
  scene.client.close();

  const later = await connected();
  later.socket.say({ type: "ice-servers", iceServers: [bad, good], expiresAt: 1 });
  expect(later.peer.configuration.iceServers).toEqual([good]);
});

test("new ICE servers that the browser will not take at all leave the call as it is", async () => {
  const warnings: unknown[] = [];
  const warn = (_: object, message?: string) => void warnings.push(message);
  const { client, peer, socket } = await connected({ logger: { ...silentLogger, warn } });
  peer.setConfiguration = () => {
    throw new DOMException("not now", "InvalidStateError");
  };
  const iceServers = [{ urls: "stun:theirs" }];
  socket.say({ type: "ice-servers", iceServers, expiresAt: 1 });
  expect(warnings).toEqual(["The browser did not take the new ICE servers"]);
  expect(client.state).toBe("connected");
});

test("a browser without WebRTC fails the call at once, and says why", async () => {
  const { client, greet, withoutWebRtc } = stage({ reconnection: { enabled: false } });
  withoutWebRtc();
  const failed = client.start().catch((error: unknown) => error);
  greet("s1");
  expect(await failed).toMatchObject({ code: "CONNECTION_FAILED", reason: "unsupported" });
});

test("the application's own ICE servers are not replaced by the server's", async () => {
  const own = [{ urls: "stun:own" }];
  const scene = await connected({ iceServers: own });
  scene.socket.say({ type: "ice-servers", iceServers: [{ urls: "stun:theirs" }] });
  expect(scene.peer.configuration.iceServers).toEqual(own);
});

test("the application chooses whether only relays are used, else the server, else nobody", async () => {
  const ready = { type: "ready", id: "s1", protocolVersion: 1 } as const;
  for (const [own, theirs, used] of [
    ["all", "relay", "all"],
    ["relay", undefined, "relay"],
    [undefined, "relay", "relay"],
    [undefined, undefined, "all"],
  ] as const) {
    const scene = await started({ iceTransportPolicy: own });
    scene.socket.say({ ...ready, ...(theirs && { iceTransportPolicy: theirs }) });
    expect(scene.peer.configuration.iceTransportPolicy).toBe(used);
  }
});

test("asks for the address and a token anew at each connection", async () => {
  let asked = 0;
  const signallingUrl = async () => `ws://agent/?token=${++asked}`;
  const { socket, clock, sockets } = await started({ signallingUrl, protocols: "voice" });
  socket.cut();
  await clock.advance(1000);
  await settle();
  expect(sockets.map(({ url }) => url)).toEqual(["ws://agent/?token=1", "ws://agent/?token=2"]);
  expect(socket.protocols).toEqual(["voice"]);
});

test("close() while the application still looks for the address opens no socket", async () => {
  let found: (url: string) => void = () => undefined;
  const signallingUrl = () => new Promise<string>((resolve) => (found = resolve));
  const { client, sockets } = stage({ signallingUrl });
  const outcome = refusal(client.start());
  client.close();
  found("ws://late");
  expect(await outcome).toBe("CLOSED");
  await settle();
  expect(sockets).toEqual([]);
});

test("an application that never says the address is waited for 10 s", async () => {
  const signallingUrl = () => new Promise<string>(() => undefined);
  const { client, clock } = stage({ signallingUrl, reconnection: { enabled: false } });
  const outcome = refusal(client.start());
  await clock.advance(10_000);
  expect(await outcome).toBe("SIGNALLING_FAILED");
  expect(clock.pending).toBe(0);
});

test("what is not understood is ignored, and the call goes on", async () => {
  const { client, socket } = await connected();
  const texts: string[] = [];
  client.on("llm", (text) => texts.push(text));
  for (const junk of ["", "{", "[]", '{"type":"new-thing"}', '{"type":"llm"}']) socket.say(junk);
  socket.say({ type: "llm", text: "hi" });
  expect(texts).toEqual(["hi"]);
  expect(client.state).toBe("connected");
});

test("events carry positional arguments and, last, the turn", async () => {
  const { client, socket } = await connected();
  const heard: unknown[] = [];
  client.on("transcript", (...args) => heard.push(args));
  client.on("llmChunk", (...args) => heard.push(args));
  client.on("toolCallEnd", (...args) => heard.push(args));
  client.on("ttsChunk", (data, ...rest) => heard.push([data.byteLength, ...rest]));
  socket.say({ type: "transcript", text: "go", isFinal: false, turnId: "t1" });
  socket.say('{"type":"transcript","text":"go on"}');
  socket.say({ type: "llm-chunk", content: "", done: true });
  socket.say({ type: "llm-chunk", content: "OK", done: false, turnId: "t1" });
  socket.say({ type: "tool-call-end", callId: "c", result: 1, durationMs: 2 });
  socket.say({ type: "tts-chunk", format: "pcm", sampleRate: 24_000, data: "AAAA" });
  expect(heard).toEqual([
    ["go", false, { turnId: "t1" }],
    ["go on", true, {}],
    ["OK", { turnId: "t1" }],
    [{ callId: "c", result: 1, durationMs: 2 }, {}],
    [3, "pcm", 24_000, {}],
  ]);
});

test("errors of the server say whether the call goes on", async () => {
  const { socket, events } = await connected();
  socket.say({ type: "error", code: "STT_TIMEOUT", message: "slow" });
  socket.say({ type: "error", code: "SESSION_EXPIRED", message: "gone" });
  socket.say({ type: "error", code: "FROM_THE_FUTURE", message: "?" });
  expect(events).toEqual([
    ["error", "STT_TIMEOUT", true],
    ["error", "SESSION_EXPIRED", false],
    ["error", "SERVER_ERROR", true],
  ]);
});

test("comes back with the session, once the server has said what it remembers", async () => {
  const scene = await connected();
  scene.socket.cut();
  expect(scene.client.state).toBe("reconnecting");
  await scene.clock.advance(1000);
  scene.greet("s2");
  expect(scene.socket.types()).toEqual(["hello", "reconnect"]);
  scene.socket.say({
    type: "reconnect-ack",
    success: true,
    sessionId: "s1",
    historyRecovered: true,
  });
  await scene.connect();
  expect(scene.client.currentSessionId).toBe("s1");
  expect(scene.events).toEqual([
    ["state", "reconnecting"],
    ["again", 1, 5, "SIGNALLING_FAILED"],
    ["state", "connecting"],
    ["state", "connected"],
    ["back", true],
  ]);
});

test("a server that never acknowledges gets its call after 5 s, without the history", async () => {
  const scene = await connected();
  scene.socket.cut();
  await scene.clock.advance(1000);
  scene.greet("s2");
  await scene.clock.advance(4999);
  expect(scene.peers).toHaveLength(1);
  await scene.clock.advance(1);
  await scene.connect();
  expect(scene.client.currentSessionId).toBe("s2");
  expect(scene.events.at(-1)).toEqual(["back", false]);
});

test("start() waits for the retries, and fails when they are used up", async () => {
  const scene = stage({ reconnection: { maxRetries: 2 } });
  const outcome = refusal(scene.client.start());
  for (const wait of [1000, 2000]) {
    scene.socket.cut();
    await scene.clock.advance(wait);
    await settle();
  }
  scene.socket.cut();
  expect(await outcome).toBe("RECONNECTION_FAILED");
  expect(scene.client.state).toBe("failed");
  expect(scene.sockets).toHaveLength(3);
  expect(scene.events.at(-1)).toEqual(["error", "RECONNECTION_FAILED", false]);
  expect(scene.clock.pending).toBe(0);
});

test("after a failure start() goes on with the conversation; after close() it begins another", async () => {
  const scene = await connected({ reconnection: { enabled: false } });
  scene.socket.cut();
  expect(scene.events.at(-1)).toEqual(["error", "SIGNALLING_FAILED", true]);
  const again = refusal(scene.client.start());
  scene.greet("s2");
  expect(scene.socket.sent.at(-1)).toEqual({ type: "reconnect", sessionId: "s1" });
  scene.client.close();
  await again;
  void scene.client.start().catch(() => undefined);
  scene.greet("s3");
  expect(scene.socket.types()).not.toContain("reconnect");
  scene.client.close();
});

test.each([
  ["no greeting within 10 s", 10_000, "SIGNALLING_FAILED", undefined],
  [
    "no connection within 15 s, less what telling the server takes",
    14_800,
    "CONNECTION_FAILED",
    "s1",
  ],
])("%s is a failed try", async (_, ms, code, greeting) => {
  const scene = stage({ reconnection: { enabled: false } });
  const outcome = refusal(scene.client.start());
  if (greeting !== undefined) scene.greet(greeting);
  await settle();
  await scene.clock.advance(ms - 1);
  expect(scene.client.state).toBe("connecting");
  await scene.clock.advance(1);
  expect(await outcome).toBe(code);
  expect(scene.clock.pending).toBe(0);
});

test.each([4401, 4403])("a server that refuses with %i is not asked again", async (code) => {
  const scene = stage();
  const outcome = refusal(scene.client.start());
  scene.socket.cut(code);
  expect(await outcome).toBe("ACCESS_REFUSED");
  expect(scene.client.state).toBe("failed");
});

test("a full server fails a new call at once, with its code, and trying later can help", async () => {
  const scene = stage();
  const outcome = refusal(scene.client.start());
  scene.socket.cut(4429);
  expect(await outcome).toBe("SERVER_BUSY");
  expect(scene.events.at(-1)).toEqual(["error", "SERVER_BUSY", true]);
});

test("who was in a call and finds the server full tries again", async () => {
  const scene = await connected();
  scene.socket.cut(1006);
  await scene.clock.advance(2_000);
  expect(scene.client.state).toBe("connecting");
  scene.socket.cut(4429);
  expect(scene.client.state).toBe("reconnecting");
});

test("a spent budget is not spent again by reconnecting", async () => {
  const { client, socket, events } = await connected();
  socket.say({ type: "error", code: "BUDGET_EXCEEDED", message: "enough" });
  socket.cut(1000);
  expect(client.state).toBe("failed");
  expect(events.at(-1)).toEqual(["error", "BUDGET_EXCEEDED", false]);
});

test("a server without WebRTC fails the call at once", async () => {
  const { socket, events, greet } = await started();
  greet("s1");
  socket.say({ type: "error", code: "WEBRTC_UNAVAILABLE", message: "none" });
  expect(events.at(-1)).toEqual(["error", "WEBRTC_UNAVAILABLE", false]);
});

test("a path that is silent for a moment is left alone", async () => {
  const { peer, clock, events } = await connected();
  peer.become("disconnected");
  await clock.advance(2499);
  peer.become("connected");
  await clock.advance(10_000);
  expect(peer.restarts).toBe(0);
  expect(events).toEqual([]);
});

test.each([
  ["silent for 2.5 s", "disconnected", 2500],
  ["broken", "failed", 0],
])("a path that is %s is replaced within the call", async (_, state, ms) => {
  const { peer, socket, clock, events, sockets, connect } = await connected();
  peer.become(state);
  await clock.advance(ms);
  expect(peer.restarts).toBe(1);
  await connect();
  expect(socket.types().filter((type) => type === "offer")).toHaveLength(2);
  expect(events).toEqual([
    ["state", "reconnecting"],
    ["state", "connected"],
  ]);
  expect(sockets).toHaveLength(1);
});

test("when no other path is found within 8 s, the whole call is made anew", async () => {
  const { peer, clock, client, events } = await connected();
  peer.become("failed");
  await clock.advance(8000);
  expect(peer.connectionState).toBe("closed");
  expect(client.state).toBe("reconnecting");
  expect(events.at(-1)).toEqual(["again", 1, 5, "CONNECTION_FAILED"]);
});

test("a server that stops answering pings is left, and no ping is sent while away", async () => {
  const { clock, socket, client } = await connected();
  await clock.advance(40_000);
  expect(client.state).toBe("reconnecting");
  expect(socket.types().filter((type) => type === "ping")).toHaveLength(2);
  expect(clock.pending).toBe(1);
});

test("the way to the server is measured", async () => {
  const { clock, socket, client } = await connected();
  await clock.advance(15_000);
  const ping = socket.sent.at(-1);
  await clock.advance(30);
  socket.say({ type: "pong", timestamp: ping?.type === "ping" ? ping.timestamp : 0 });
  expect(client.roundTripTimeMs).toBe(30);
});

test("text, interruption and images go out; images by the data channel where they fit", async () => {
  const { client, socket, peer } = await connected();
  client.sendText("hi", [{ data: "x" }]);
  client.interrupt();
  client.sendAttachments([{ data: "small" }]);
  client.sendAttachments([{ data: "x".repeat(2000) }]);
  client.sendAttachments();
  expect(socket.types().slice(-3)).toEqual(["text", "interrupt", "attachments"]);
  expect(peer.channel.sent.map((text) => JSON.parse(text) as unknown)).toEqual([
    { type: "attachments", attachments: [{ data: "small" }] },
  ]);
});

test("what cannot be sent says why", async () => {
  const { client } = stage();
  expect(
    await refusal(() => {
      client.sendText("hi");
    }),
  ).toBe("INVALID_STATE");
  const old = await started();
  old.greetAsV1();
  await settle();
  old.peer.finishGathering();
  await old.connect();
  expect(
    await refusal(() => {
      old.client.interrupt();
    }),
  ).toBe("UNSUPPORTED_BY_SERVER");
});

test("start() while a call is up is refused and changes nothing", async () => {
  const { client, events } = await connected();
  expect(await refusal(client.start())).toBe("INVALID_STATE");
  expect(events).toEqual([]);
});

test("an address that is none is the application's mistake", async () => {
  const signallingUrl = () => {
    throw new DOMException("bad", "SyntaxError");
  };
  const { client } = stage({ signallingUrl });
  expect(await refusal(client.start())).toBe("INVALID_CONFIG");
  expect(client.state).toBe("failed");
});

test("a listener may close the call, whatever it is told", async () => {
  for (const state of ["connecting", "connected", "reconnecting"]) {
    const scene = stage();
    scene.client.on("stateChange", (now) => {
      if (now === state) scene.client.close();
    });
    const outcome = refusal(scene.client.start());
    if (scene.client.state !== "closed") {
      scene.greet("s1");
      await scene.connect();
      if (scene.client.state === "connected") scene.socket.cut();
    }
    await settle();
    expect([state, scene.client.state, scene.clock.pending]).toEqual([state, "closed", 0]);
    await outcome;
  }
});

type Scene = ReturnType<typeof stage>;

/** Things that happen to a call, in any order. */
const happenings: Record<string, (scene: Scene) => void | Promise<void>> = {
  greet: (scene) => {
    scene.greet("s1");
  },
  ack: (scene) => {
    const ack = { type: "reconnect-ack", success: true, sessionId: "s1" } as const;
    scene.socket.say({ ...ack, historyRecovered: true });
  },
  connect: (scene) => (scene.peers.length > 0 ? scene.connect() : undefined),
  silent: (scene) => {
    scene.peers.at(-1)?.become("disconnected");
  },
  broken: (scene) => {
    scene.peers.at(-1)?.become("failed");
  },
  cut: (scene) => {
    scene.socket.cut();
  },
  soon: async (scene) => {
    await scene.clock.advance(1000);
  },
  later: async (scene) => {
    await scene.clock.advance(20_000);
  },
  again: (scene) => {
    scene.client.start().catch(() => undefined);
  },
};

test("close() at any moment leaves no timer, socket or peer, and start() works again", async () => {
  const story = fc.array(fc.constantFrom(...Object.keys(happenings)), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(story, async (names) => {
      const scene = stage();
      scene.client.start().catch(() => undefined);
      for (const name of names) {
        await happenings[name]?.(scene);
        await settle();
      }
      scene.client.close();
      await settle();
      expect(scene.clock.pending).toBe(0);
      expect(scene.sockets.every(({ readyState }) => readyState === 3)).toBe(true);
      expect(scene.peers.every(({ connectionState }) => connectionState === "closed")).toBe(true);

      const outcome = scene.client.start();
      scene.greet("new");
      await scene.connect();
      await outcome;
      expect(scene.client.currentSessionId).toBe("new");
      scene.client.close();
    }),
    { numRuns: 200 },
  );
});
