import type { ServerMessage } from "@metered/llmrtc-core";
import { settle } from "@metered/llmrtc-testing";
import { expect, test } from "vitest";
import type { WebClientConfig } from "../src/index.ts";
import { stage } from "./fake-network.ts";

/** A call whose server speaks all the time and lets a new socket take over. */
async function talking(config: Partial<WebClientConfig> = {}) {
  const scene = stage(config);
  const started = scene.client.start();
  await settle();
  scene.greet("s1", ["resume", "ice-servers"]);
  await scene.connect();
  await started;
  scene.events.length = 0;
  scene.socket.sent.length = 0;
  let talks = true;
  /** Time in which the agent's packets come, unless the path is broken; pings are answered while `socket` does. */
  const pass = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 100) {
      if (talks && scene.peer.connectionState !== "closed") {
        scene.peer.packets = (scene.peer.packets ?? 0) + 1;
      }
      await scene.clock.advance(100);
      await settle();
    }
  };
  await pass(400);
  return {
    ...scene,
    pass,
    first: scene.socket,
    breakPath: () => (talks = false),
    mendPath: () => (talks = true),
    newNetwork: () => {
      for (const listener of scene.networkListeners) listener();
    },
    get socket() {
      return scene.socket;
    },
    get peer() {
      return scene.peer;
    },
  };
}

const kept: ServerMessage = {
  type: "reconnect-ack",
  success: true,
  sessionId: "s1",
  historyRecovered: true,
  peerKept: true,
};
const offers = (sent: readonly object[]): unknown[] =>
  sent.flatMap((one) => ("number" in one ? [one.number] : []));
const answer = (number: number): ServerMessage => ({
  type: "signal",
  signal: { type: "answer", sdp: "answer" },
  number,
});

test("a socket that breaks alone is replaced, and nothing else happens", async () => {
  const scene = await talking();
  scene.first.cut();
  await scene.pass(100);
  expect(scene.sockets).toHaveLength(2);
  scene.socket.open();
  await settle();
  expect(scene.socket.sent[0]).toEqual({ type: "reconnect", sessionId: "s1", peer: true });
  scene.socket.say(kept);
  await scene.pass(10_000);
  expect([scene.events, scene.peers.length, scene.peer.restarts]).toEqual([[], 1, 0]);
  expect(scene.client.state).toBe("connected");
  scene.client.close();
  expect(scene.socket.types().at(-1)).toBe("bye");
});

test("an application that has no address for the way back is asked again", async () => {
  let asked = 0;
  const signallingUrl = (): Promise<string> => {
    asked += 1;
    return asked === 2 ? new Promise(() => undefined) : Promise.resolve("ws://agent");
  };
  const scene = await talking({ signallingUrl });
  scene.first.cut();
  await scene.pass(12_000);
  expect(asked).toBe(3);
  expect(scene.sockets).toHaveLength(2);
  expect(scene.events).toEqual([]);
  scene.client.close();
});

test("without a network it tries once a second at the most, until there is one", async () => {
  const scene = await talking();
  for (let n = 0; n < 20; n += 1) {
    scene.socket.cut();
    await scene.pass(500);
  }
  expect(scene.sockets.length).toBeLessThanOrEqual(13);
  expect(scene.sockets.length).toBeGreaterThanOrEqual(9);
  expect(scene.client.state).toBe("connected");
  scene.client.close();
});

test("a server that has forgotten the call gets a new one with the same session", async () => {
  const scene = await talking();
  scene.first.cut();
  await scene.pass(100);
  scene.socket.open();
  await settle();
  scene.socket.say({ type: "ready", id: "s2", protocolVersion: 1, features: ["resume"] });
  scene.socket.say({
    type: "reconnect-ack",
    success: true,
    sessionId: "s1",
    historyRecovered: true,
  });
  await settle();
  expect(scene.events).toEqual([
    ["state", "reconnecting"],
    ["again", 1, 5, "SIGNALLING_FAILED"],
  ]);
  scene.client.close();
});

test("a refusal is final", async () => {
  const scene = await talking();
  scene.first.cut();
  await scene.pass(100);
  scene.socket.open();
  await settle();
  scene.socket.cut(4401);
  expect(scene.events.at(-1)).toEqual(["error", "ACCESS_REFUSED", false]);
});

test("sound that stops starts a restart of ICE, and its return ends it", async () => {
  const scene = await talking();
  scene.breakPath();
  await scene.pass(1500);
  expect(scene.peer.restarts).toBe(1);
  expect(offers(scene.first.sent)).toEqual([2]);
  expect(scene.first.types()).toContain("ping");
  expect(scene.client.state).toBe("reconnecting");
  scene.first.say(answer(2));
  scene.mendPath();
  await scene.pass(300);
  expect(scene.client.state).toBe("connected");
  expect(scene.peers).toHaveLength(1);
  scene.client.close();
});

test("on another network both are renewed, and the offer is said again where it can be heard", async () => {
  const scene = await talking();
  scene.breakPath();
  scene.newNetwork();
  await scene.pass(900);
  expect(scene.peer.restarts).toBe(1);
  expect(scene.sockets).toHaveLength(2);
  scene.socket.open();
  await settle();
  scene.socket.say(kept);
  await settle();
  expect(scene.socket.types()).toEqual(["reconnect", "offer"]);
  expect(offers(scene.socket.sent)).toEqual([2]);
  expect(scene.first.readyState).toBe(3);
  scene.client.close();
});

test("an offer from long ago is not said again: another is made", async () => {
  const scene = await talking();
  scene.breakPath();
  scene.first.cut();
  await scene.pass(12_000);
  const { restarts } = scene.peer;
  scene.socket.open();
  await settle();
  scene.socket.say(kept);
  await settle();
  expect(scene.peer.restarts).toBeGreaterThanOrEqual(restarts);
  expect(offers(scene.socket.sent)).toEqual([scene.peer.restarts + 1]);
  scene.client.close();
});

test("only the answer to the last offer counts", async () => {
  const scene = await talking();
  scene.breakPath();
  await scene.pass(3600);
  expect(offers(scene.first.sent)).toEqual([2, 3]);
  scene.peer.remoteDescription = null;
  scene.first.say(answer(2));
  await settle();
  expect(scene.peer.remoteDescription).toBeNull();
  scene.first.say(answer(3));
  await settle();
  expect(scene.peer.remoteDescription).not.toBeNull();
  scene.client.close();
});

test("an answer that got lost holds nothing up", async () => {
  const scene = await talking();
  scene.breakPath();
  await scene.pass(3600);
  expect(offers(scene.first.sent)).toEqual([2, 3]);
  scene.peer.remoteDescription = null;
  scene.first.say(answer(3));
  await settle();
  expect(scene.peer.remoteDescription).not.toBeNull();
  scene.client.close();
});

test("a restart that finds nothing changes nothing while the old path carries sound", async () => {
  const scene = await talking();
  scene.breakPath();
  await scene.pass(1500);
  scene.first.say(answer(2));
  scene.mendPath();
  await scene.pass(20_000);
  expect(scene.client.state).toBe("connected");
  expect([scene.peers.length, scene.peer.restarts]).toEqual([1, 1]);
  scene.client.close();
});

test("a browser that says disconnected is not believed while sound comes", async () => {
  const scene = await talking();
  scene.peer.become("disconnected");
  await scene.pass(10_000);
  expect([scene.events, scene.peer.restarts]).toEqual([[], 0]);
  scene.client.close();
});

test("a path that an answered restart does not mend in 8 s ends the peer", async () => {
  const scene = await talking({ reconnection: { enabled: false } });
  scene.breakPath();
  await scene.pass(1500);
  scene.first.say(answer(2));
  await scene.pass(9000);
  expect(scene.events.at(-1)).toEqual(["error", "CONNECTION_FAILED", true]);
});

test("without network at all the call ends within about a minute, with a reason", async () => {
  const scene = await talking({ reconnection: { enabled: false } });
  scene.breakPath();
  scene.first.cut();
  for (let n = 0; n < 70 && scene.client.state !== "failed"; n += 1) {
    scene.socket.cut();
    await scene.pass(1000);
  }
  expect(scene.client.state).toBe("failed");
  expect(scene.clock.now()).toBeLessThan(63_000);
});

test("what the user says goes over the data channel, which outlives the socket", async () => {
  const scene = await talking();
  scene.first.cut();
  scene.client.sendText("are you there?");
  expect(scene.peer.channel.sent).toEqual([
    JSON.stringify({ type: "text", text: "are you there?" }),
  ]);
  scene.client.close();
});

test("fresh credentials are what the next restart gathers with", async () => {
  const scene = await talking();
  const iceServers = [{ urls: "turn:t", username: "later", credential: "c" }];
  scene.first.say({ type: "ice-servers", iceServers });
  scene.breakPath();
  await scene.pass(1500);
  expect(scene.peer.restarts).toBe(1);
  expect(scene.peer.configuration.iceServers).toEqual(iceServers);
  scene.client.close();
});
