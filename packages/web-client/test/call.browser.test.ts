import { createSocket } from "node:dgram";
import { once } from "node:events";
import type * as Client from "@metered/llmrtc-web-client";
import { expect, test } from "vitest";
import { AgentServer } from "./browser/agent-server.ts";
import { openTestBrowser } from "./browser/test-browser.ts";
import { logged, own, scenes, until, v1 } from "./browser/scene.ts";

const audible = 1000;
const silent = 100;

const { scene, atEnd } = scenes();

/** The highest sample of the next frames that the server hears. The fake microphone beeps once a second. */
async function loudest(server: AgentServer, frames = 60): Promise<number> {
  const { peer } = server.call;
  peer.heard = [];
  await expect.poll(() => peer.heard.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(frames);
  return Math.max(...peer.heard);
}

test.each([
  ["trickles with our server", own],
  ["gathers first for a v1 server", v1],
])("connects: %s", async (_, options) => {
  const { server, page } = await scene({ options });
  await page.evaluate(() => client.start());
  expect(await page.evaluate(() => client.state)).toBe("connected");
  expect(await page.evaluate(() => client.currentSessionId)).toBe("s0");
  const types = server.received.map(({ type }) => type);
  expect(types.filter((type) => type === "offer")).toHaveLength(1);
  expect(types.slice(0, 2)).toEqual(options === own ? ["hello", "offer"] : ["offer"]);
  expect(types.includes("candidate")).toBe(options === own);
  expect(await logged(page, "stateChange")).toEqual([
    ["stateChange", "connecting"],
    ["stateChange", "connected"],
  ]);
});

test.each([
  ["our server sends on one channel", own],
  ["a v1 server sends on two", v1],
])("each message comes once: %s", async (_, options) => {
  const { server, page } = await scene({ options });
  await page.evaluate(() => client.start());
  await expect.poll(() => server.call.peer.channel?.readyState).toBe("open");
  for (const text of ["one", "two", "two", "three"]) server.call.tell({ type: "llm", text });
  await page.waitForFunction(() => log.some(([, text]) => text === "three"));
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
  const texts = (await logged(page, "llm")).map(([, text]) => text);
  expect(texts).toEqual(["one", "two", "two", "three"]);
});

test("a running call says every 10 s how well the agent's sound arrives, to page and server", async () => {
  const options = { features: [...(own.features ?? []), "reports"] };
  const { server, page } = await scene({ options });
  await page.evaluate(() => client.start());
  server.call.peer.speak();
  const report = await page.evaluate(
    () =>
      new Promise<Client.ConnectionReport>((resolve) => {
        client.on("connectionReport", (one) => {
          if (one.lossPct !== undefined) resolve(one);
        });
      }),
  );
  expect(report).toMatchObject({ kind: "webrtc", why: "first-try", lossPct: 0 });
  expect(report.jitterMs).toBeGreaterThanOrEqual(0);
  expect(report.jitterMs).toBeLessThan(100); // in ms, not in seconds or ticks
  await expect.poll(() => server.sent("connection-report")).toHaveLength(2);
  const { relayed: _, ...told } = report;
  expect(server.sent("connection-report").at(-1)).toEqual({ type: "connection-report", ...told });
});

test("the microphone of a second shareAudio replaces the first, without another offer", async () => {
  const { server, page } = await scene({ options: own });
  await page.evaluate(async () => {
    await client.start();
    await client.shareAudio();
  });
  expect(await loudest(server)).toBeGreaterThan(audible);
  const first = await page.evaluate(async () => {
    const before = client.microphone;
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const controller = await client.shareAudio(stream);
    return { before, same: controller.stream === stream };
  });
  expect(first.same).toBe(true);
  expect(await loudest(server)).toBeGreaterThan(audible);
  expect(server.sent("offer")).toHaveLength(1);
});

test("a muted microphone is silent, an unmuted one is heard again", async () => {
  const { server, page } = await scene({ options: own, config: { audio: true } });
  await page.evaluate(() => client.start());
  await until(page, "microphoneChange");
  expect(await loudest(server)).toBeGreaterThan(audible);
  await page.evaluate(() => {
    client.mute();
  });
  await loudest(server, 10); // what was under way
  expect(await loudest(server)).toBeLessThan(silent);
  expect(await page.evaluate(() => [client.muted, client.inputLevel])).toEqual([true, 0]);
  await page.evaluate(() => {
    client.unmute();
  });
  expect(await loudest(server)).toBeGreaterThan(audible);
});

test("switches the microphone without a gap, and stop() ends sending", async () => {
  const { server, page } = await scene({ options: own });
  await page.evaluate(() => client.start());
  const states = await page.evaluate(async () => {
    const controller = await client.shareAudio();
    const [track] = controller.stream.getTracks();
    const microphones = await LLMRTC.listMicrophones();
    await controller.setDevice(microphones.at(-1)?.deviceId ?? "");
    const after = [track?.readyState, controller.deviceId === microphones.at(-1)?.deviceId];
    const unknown = await controller.setDevice("nonsense").catch((error: unknown) => error);
    const { code, remedy } = unknown as Client.LLMRTCClientError;
    return { after, code, remedy: remedy !== "" };
  });
  expect(states).toEqual({ after: ["ended", true], code: "MICROPHONE_NOT_FOUND", remedy: true });
  await loudest(server);
  expect(
    await page.evaluate(async () => {
      const controller = await client.shareAudio();
      await controller.stop();
      return [client.microphone, controller.stream.getTracks()[0]?.readyState];
    }),
  ).toEqual([null, "ended"]);
});

test("a denied microphone is a typed error, and the call can still be typed into", async () => {
  const { page } = await scene({ options: own, microphone: false, config: { audio: true } });
  await page.evaluate(() => client.start());
  await until(page, "error");
  expect(await logged(page, "error")).toEqual([["error", "MICROPHONE_DENIED", true]]);
  await page.evaluate(() => {
    client.sendText("hello");
  });
  await until(page, "llm");
  expect((await logged(page, "llm"))[0]?.[1]).toBe("You wrote hello in s0.");
});

test("plays the agent by itself, and measures it", async () => {
  const { server, page } = await scene({ options: own, config: { audio: true } });
  await page.evaluate(() => client.start());
  server.call.peer.speak();
  await until(page, "playbackStarted");
  const levels = await page.evaluate(
    () =>
      new Promise<Client.LevelPayload>((resolve) => {
        client.on("level", (level) => {
          if (level.output > 0.5 && level.input > 0.2) resolve(level);
        });
      }),
  );
  expect(levels.output).toBeLessThanOrEqual(1);
});

test("with playback off the application gets the track and nothing is played", async () => {
  const { page } = await scene({ options: own, config: { playback: false } });
  const kinds = await page.evaluate(async () => {
    const track = new Promise<string[]>((resolve) => {
      client.on("ttsTrack", (stream) => {
        resolve(stream.getTracks().map(({ kind }) => kind));
      });
    });
    await client.start();
    return track;
  });
  expect(kinds).toEqual(["audio"]);
  expect(await logged(page, "playbackStarted")).toEqual([]);
});

test("says when the browser refuses to play, and plays after a gesture", async () => {
  const strict = await openTestBrowser({ maySpeak: false });
  atEnd(() => strict.close());
  const server = await AgentServer.start(own);
  atEnd(() => server.close());
  const page = await strict.newPage();
  // Playwright's `evaluate` counts as a gesture, so the page tells what happens by itself.
  const blocked = page.waitForEvent("console", (line) => line.text().startsWith("blocked"));
  await page.goto(`http://localhost:${server.port}/#untouched`);
  expect((await blocked).text()).toBe("blocked PLAYBACK_BLOCKED PLAYBACK_BLOCKED");
  const started = page.waitForEvent("console", (line) => line.text() === "started");
  await page.click("#gesture");
  await started;
  expect(await page.evaluate(() => client.playbackBlocked)).toBe(false);
});

test("comes back with its session when the socket is cut", async () => {
  const { server, page } = await scene({
    options: own,
    config: { audio: true, reconnection: { baseDelayMs: 20 } },
  });
  await page.evaluate(() => client.start());
  server.call.cutSocket();
  await until(page, "reconnected");
  expect(await logged(page, "reconnected")).toEqual([["reconnected", true]]);
  expect(server.sent("reconnect")).toEqual([{ type: "reconnect", sessionId: "s0" }]);
  expect(await page.evaluate(() => client.currentSessionId)).toBe("s0");
  expect(await loudest(server)).toBeGreaterThan(audible);
});

test("a restart of ICE keeps the session, the socket and the sound", async () => {
  const { server, page } = await scene({ options: own, config: { audio: true } });
  const opened = await page.evaluateHandle(watchConstructors);
  await page.evaluate(() => client.start());
  await loudest(server);
  await opened.evaluate(breakPath);
  await expect.poll(() => server.sent("offer").length).toBe(2);
  await page.waitForFunction(() => client.state === "connected");
  expect(await loudest(server)).toBeGreaterThan(audible);
  expect(server.calls).toHaveLength(1);
});

test("a restart of ICE asks the servers that came into the running call", async () => {
  const stun = createSocket("udp4");
  const asked = once(stun, "message");
  stun.bind(0, "127.0.0.1");
  await once(stun, "listening");
  atEnd(async () => {
    stun.close();
  });
  const { server, page } = await scene({ options: own });
  const opened = await page.evaluateHandle(watchConstructors);
  await page.evaluate(() => client.start());
  const iceServers = [{ urls: `stun:127.0.0.1:${stun.address().port}` }];
  server.call.tell({ type: "ice-servers", iceServers, expiresAt: Date.now() + 20_000 });
  await page.waitForFunction(() => client.iceServers.length === 1);
  expect(server.sent("offer")).toHaveLength(1);
  await opened.evaluate(breakPath);
  await asked;
  expect(server.sent("offer")).toHaveLength(2);
});

test("close() says goodbye and leaves nothing open", async () => {
  const { server, page } = await scene({ options: own, config: { audio: true } });
  const opened = await page.evaluateHandle(watchConstructors);
  const left = await page.evaluate(async () => {
    await client.start();
    const { stream } = await client.shareAudio();
    client.on("level", () => undefined);
    await new Promise<void>((resolve) =>
      client.once("level", () => {
        resolve();
      }),
    );
    client.close();
    return [client.state, client.currentSessionId, stream.getTracks()[0]?.readyState];
  });
  expect(left).toEqual(["closed", null, "ended"]);
  await expect.poll(() => server.sent("bye")).toHaveLength(1);
  await page.waitForFunction(
    ({ contexts, sockets, peers }) =>
      contexts.length > 0 &&
      contexts.every(({ state }) => state === "closed") &&
      sockets.every(({ readyState }) => readyState === WebSocket.CLOSED) &&
      peers.every(({ connectionState }) => connectionState === "closed"),
    opened,
  );
  await page.evaluate(() => client.start());
  expect(await page.evaluate(() => client.currentSessionId)).toBe("s1");
});

/** Runs in the page. Everything that is made from now on and must be closed. */
function watchConstructors() {
  const contexts: AudioContext[] = [];
  const sockets: WebSocket[] = [];
  const peers: RTCPeerConnection[] = [];
  globalThis.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      contexts.push(this);
    }
  };
  globalThis.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  };
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      peers.push(this);
    }
  };
  return { contexts, sockets, peers };
}

/** Runs in the page: the client believes that its path has failed. */
function breakPath({
  peers: [connection],
}: {
  readonly peers: readonly RTCPeerConnection[];
}): void {
  Object.defineProperty(connection, "connectionState", { value: "failed", configurable: true });
  connection?.dispatchEvent(new Event("connectionstatechange"));
  if (connection) Reflect.deleteProperty(connection, "connectionState");
}
