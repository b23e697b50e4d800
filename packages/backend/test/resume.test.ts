import { LLMRTCServer, type LLMRTCServerConfig } from "@metered/llmrtc-backend";
import { silentLogger } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { WebRtcTransport } from "../src/transport/webrtc/transport.ts";
import { WebRtcCaller } from "./webrtc-caller.ts";

const story = "The keeper counted every ship that passed the rocks. ".repeat(40);

let server: LLMRTCServer;
let left: string[];
const opened: Client[] = [];

async function serve(config: Partial<LLMRTCServerConfig> = {}): Promise<void> {
  server = new LLMRTCServer({
    providers: { llm: fakeLLM({ reply: () => story }), stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    iceServers: [],
    voiceDetector: fakeVoiceDetector(),
    logger: silentLogger,
    hooks: { onDisconnect: (id) => void left.push(id) },
    ...config,
  });
  await server.start();
}

beforeEach(() => {
  left = [];
});

afterEach(async () => {
  for (const client of opened.splice(0)) await client.close();
  await server.stop({ drainMs: 0 });
});

type Message = Record<string, unknown>;

/** A client with sockets and one peer of its own; it does nothing by itself. */
class Client {
  readonly voice = new WebRtcCaller({} as WebRtcTransport);
  socket: WebSocket;
  #messages: Message[] = [];
  #wake: (() => void) | undefined;

  static async connect(): Promise<Client> {
    const client = new Client();
    opened.push(client);
    await once(client.socket, "open");
    return client;
  }

  private constructor() {
    this.socket = this.#open();
  }

  /** Changes over to a new socket; the old one is left as it is. */
  async reopen(): Promise<void> {
    this.#messages = [];
    this.socket = this.#open();
    await once(this.socket, "open");
  }

  #open(): WebSocket {
    const socket = new WebSocket(address());
    socket.on("message", (data: Buffer) => {
      this.#messages.push(JSON.parse(data.toString()) as Message);
      this.#wake?.();
    });
    return socket;
  }

  send(message: Message): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next message of a type; those before it are dropped. */
  async next(type: string): Promise<Message> {
    for (;;) {
      const at = this.#messages.findIndex((message) => message["type"] === type);
      const found = this.#messages[at];
      if (found) {
        this.#messages = this.#messages.slice(at + 1);
        return found;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async call(features: readonly string[]): Promise<string> {
    const { id } = await this.next("ready");
    if (features.length > 0) this.send({ type: "hello", features });
    const open = new Promise<void>((resolve) => {
      this.voice.channel.stateChanged.subscribe((state) => {
        if (state === "open") resolve();
      });
    });
    await this.offer();
    await open;
    return String(id);
  }

  async offer({ iceRestart = false, number = 1 } = {}): Promise<Message> {
    const sdp = await this.voice.offer(iceRestart);
    this.send({ type: "offer", signal: { type: "offer", sdp }, number });
    const answer = await this.next("signal");
    const { sdp: theirs } = answer["signal"] as { readonly sdp: string };
    await this.voice.peer.setRemoteDescription({ type: "answer", sdp: theirs });
    return answer;
  }

  /** Resolves when so much more of the agent's voice has come. */
  async hears(ms: number): Promise<void> {
    const from = this.voice.heardMs();
    await expect.poll(() => this.voice.heardMs() - from, { timeout: 10_000 }).toBeGreaterThan(ms);
  }

  async listenTo(text: string): Promise<void> {
    this.send({ type: "text", text });
    await this.hears(300);
  }

  async close(): Promise<void> {
    this.socket.terminate();
    await this.voice.peer.close();
  }
}

const address = (): string => {
  const { port } = server.getServer()?.address() as AddressInfo;
  return `ws://127.0.0.1:${port}`;
};

const ours = ["resume", "one-channel", "text", "ice-servers"];

async function vanish({ socket }: Client): Promise<void> {
  const closed = once(socket, "close");
  socket.terminate();
  await closed;
}

test("the agent talks on while the socket is gone, and the new socket finds the same call", async () => {
  await serve();
  const client = await Client.connect();
  const id = await client.call(ours);
  await client.listenTo("Tell me a story");
  await vanish(client);
  await client.hears(600);
  await client.reopen();
  client.send({ type: "reconnect", sessionId: id, peer: true });
  expect(await client.next("reconnect-ack")).toEqual({
    type: "reconnect-ack",
    success: true,
    sessionId: id,
    historyRecovered: true,
    peerKept: true,
  });
  expect(await client.next("ice-servers")).toMatchObject({ iceServers: [] });
  await client.hears(300);
  const answer = await client.offer({ iceRestart: true, number: 7 });
  expect(answer["number"]).toBe(7);
  await client.hears(300);
  client.send({ type: "interrupt" });
  await expect(client.voice.nextText()).resolves.toBeDefined();
  await expect.poll(() => server.sessionCount).toBe(1);
  expect(left).not.toContain(id);
});

test("an old socket that does not know yet that it is dead is told so", async () => {
  await serve();
  const client = await Client.connect();
  const id = await client.call(ours);
  const before = client.socket;
  const closed = once(before, "close");
  await client.reopen();
  client.send({ type: "reconnect", sessionId: id, peer: true });
  await client.next("reconnect-ack");
  expect((await closed)[0]).toBe(4409);
  await client.listenTo("Tell me a story");
  expect(left).not.toContain(id);
});

test("who does not know the id takes nothing over", async () => {
  await serve();
  const client = await Client.connect();
  await client.call(ours);
  const stranger = await Client.connect();
  const { id } = await stranger.next("ready");
  stranger.send({ type: "reconnect", sessionId: crypto.randomUUID(), peer: true });
  const ack = await stranger.next("reconnect-ack");
  expect(ack).toMatchObject({ success: false, sessionId: id });
  expect(ack).not.toHaveProperty("peerKept");
  await client.listenTo("Tell me a story");
});

test("a refused caller cannot take a call over, though he knows its id", async () => {
  let admitted = true;
  await serve({ authenticate: () => admitted });
  const client = await Client.connect();
  const id = await client.call(ours);
  admitted = false;
  const socket = new WebSocket(address());
  socket.on("open", () => {
    socket.send(JSON.stringify({ type: "reconnect", sessionId: id, peer: true }));
  });
  const [code] = (await once(socket, "close")) as [number];
  expect(code).toBe(4401);
  await client.listenTo("Tell me a story");
});

test("a client that cannot come back is not waited for", async () => {
  await serve();
  const client = await Client.connect();
  const id = await client.call([]);
  await vanish(client);
  await expect.poll(() => left).toEqual([id]);
});

test("a client that says that it leaves is not waited for", async () => {
  await serve();
  const client = await Client.connect();
  const id = await client.call(ours);
  client.socket.close(1001);
  await expect.poll(() => left).toEqual([id]);
});

test("a peer connection that ends too ends the call; its session goes on in a new one", async () => {
  await serve();
  const client = await Client.connect();
  const id = await client.call(ours);
  await client.listenTo("Tell me a story");
  await vanish(client);
  await client.hears(100);
  await client.voice.hangUp();
  await expect.poll(() => left).toEqual([id]);
  const back = await Client.connect();
  await back.next("ready");
  back.send({ type: "reconnect", sessionId: id, peer: true });
  const ack = await back.next("reconnect-ack");
  expect(ack).toMatchObject({ success: true, sessionId: id, historyRecovered: true });
  expect(ack).not.toHaveProperty("peerKept");
});
