import { LLMRTCServer, type LLMRTCServerConfig } from "@metered/llmrtc-backend";
import { silentLogger } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";

const running: LLMRTCServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop({ drainMs: 0 })));
});

async function serve(config: Partial<LLMRTCServerConfig>) {
  const server = new LLMRTCServer({
    providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    iceServers: [],
    voiceDetector: fakeVoiceDetector(),
    logger: silentLogger,
    ...config,
  });
  running.push(server);
  await server.start();
  const { port } = server.getServer()?.address() as AddressInfo;
  const health = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    return (await response.json()) as Record<string, unknown>;
  };
  return { server, url: `ws://127.0.0.1:${port}`, health };
}

type Message = Readonly<Record<string, unknown>>;

/** A caller who keeps all that he is told, and how it ended. */
class Caller {
  readonly socket: WebSocket;
  readonly heard: Message[] = [];
  code: number | undefined;
  #news: (() => void)[] = [];

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on("message", (data: Buffer) => {
      this.heard.push(JSON.parse(data.toString()) as Message);
      this.#tell();
    });
    this.socket.on("close", (code) => {
      this.code = code;
      this.#tell();
    });
  }

  static async welcomed(url: string): Promise<Caller> {
    const caller = new Caller(url);
    await caller.told("ready");
    return caller;
  }

  get sessionId(): string {
    return String(this.heard.find(({ type }) => type === "ready")?.["id"]);
  }

  say(message: Message): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Asks something and waits for the answer. */
  async served(): Promise<boolean> {
    this.say({ type: "text", text: "Hello?" });
    return (await this.told("llm")) !== undefined;
  }

  /** The first message of a type; undefined when the call ended without one. */
  async told(type: string): Promise<Message | undefined> {
    for (;;) {
      const found = this.heard.find((message) => message["type"] === type);
      if (found !== undefined || this.code !== undefined) return found;
      await new Promise<void>((resolve) => this.#news.push(resolve));
    }
  }

  async ended(): Promise<number> {
    while (this.code === undefined) await new Promise<void>((resolve) => this.#news.push(resolve));
    return this.code;
  }

  #tell(): void {
    for (const news of this.#news.splice(0)) news();
  }
}

test("a full server refuses a new caller with a code, and the calls that run go on", async () => {
  const { url, health } = await serve({ maxSessions: 2 });
  const calls = [await Caller.welcomed(url), await Caller.welcomed(url)];
  const late = new Caller(url);
  late.socket.on("open", () => {
    late.say({ type: "hello", features: [] });
    late.say({ type: "text", text: "Hello?" });
  });

  expect(await late.ended()).toBe(4429);
  expect(await late.told("error")).toMatchObject({ code: "SERVER_BUSY" });
  expect(await late.told("llm")).toBeUndefined();
  expect(await Promise.all(calls.map((call) => call.served()))).toEqual([true, true]);
  expect(await health()).toEqual({ ok: true, sessions: 2, maxSessions: 2, accepting: false });
});

test("of a crowd that comes at once as many are served as there are places", async () => {
  const { url, server } = await serve({
    maxSessions: 5,
    // In no order, as tokens are checked.
    authenticate: async ({ url: path = "" }) => {
      for (let i = Number(path.slice(1)) % 7; i > 0; i--) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      return true;
    },
  });
  const crowd = Array.from({ length: 40 }, (_, i) => new Caller(`${url}/${i}`));
  const served = await Promise.all(
    crowd.map(async (caller) => {
      if ((await caller.told("ready")) === undefined) return false;
      return caller.served();
    }),
  );
  expect(served.filter(Boolean)).toHaveLength(5);
  const refused = crowd.filter((_, i) => served[i] !== true);
  expect(await Promise.all(refused.map((caller) => caller.ended()))).toEqual(
    refused.map(() => 4429),
  );
  await expect.poll(() => server.sessionCount).toBe(5); // nothing is kept of the others
});

test("only a few at a time may say that they come back, the others are not even welcomed", async () => {
  const { url } = await serve({ maxSessions: 1 });
  await Caller.welcomed(url);
  await Promise.all(Array.from({ length: 8 }, () => Caller.welcomed(url)));
  const ninth = new Caller(url);
  expect(await ninth.ended()).toBe(4429);
  expect(ninth.heard).toEqual([]);
});

test("who comes back to his call finds his place in a full server, and takes no other", async () => {
  const { url, health } = await serve({ maxSessions: 2 });
  const [one] = [await Caller.welcomed(url), await Caller.welcomed(url)];
  // His network changed: the server does not know yet that the first socket is dead.
  const again = await Caller.welcomed(url);
  again.say({ type: "reconnect", sessionId: one.sessionId });
  expect(await again.told("reconnect-ack")).toMatchObject({ success: true });
  expect(await one.ended()).toBe(4409);
  expect(await again.served()).toBe(true);
  expect(await health()).toMatchObject({ sessions: 2, accepting: false });
});

test("the place of a caller who was lost is kept for him, not given to another", async () => {
  const { url, server } = await serve({ maxSessions: 1 });
  const lost = await Caller.welcomed(url);
  const gone = once(server, "disconnect");
  lost.socket.terminate();
  await gone;

  const another = await Caller.welcomed(url);
  another.say({ type: "text", text: "Hello?" });
  expect(await another.ended()).toBe(4429);

  const stranger = await Caller.welcomed(url);
  stranger.say({ type: "reconnect", sessionId: crypto.randomUUID() });
  expect(await stranger.ended()).toBe(4429);

  const again = await Caller.welcomed(url);
  again.say({ type: "reconnect", sessionId: lost.sessionId });
  expect(await again.told("reconnect-ack")).toMatchObject({ success: true });
  expect(await again.served()).toBe(true);
});

test("who hangs up makes room at once", async () => {
  const { url } = await serve({ maxSessions: 1 });
  const first = await Caller.welcomed(url);
  first.say({ type: "bye" });
  expect(await first.ended()).toBe(1000);
  const next = await Caller.welcomed(url);
  expect(await next.served()).toBe(true);
});

test("a caller of protocol v1 is refused at his offer", async () => {
  const { url } = await serve({ maxSessions: 1 });
  await Caller.welcomed(url);
  const v1 = await Caller.welcomed(url);
  v1.say({ type: "offer", signal: { type: "offer", sdp: "v=0" } });
  expect(await v1.ended()).toBe(4429);
});

test("a late event loop keeps new callers out as long as there are calls to protect", async () => {
  const { url, health } = await serve({ maxEventLoopDelayMs: 0.000_001 });
  // With a limit that any process passes, it is strained after three looks.
  const first = await Caller.welcomed(url);
  await expect.poll(async () => (await health())["accepting"], { timeout: 10_000 }).toBe(false);
  const second = await Caller.welcomed(url);
  second.say({ type: "text", text: "Hello?" });
  expect(await second.ended()).toBe(4429);
  expect(await first.served()).toBe(true);

  first.say({ type: "bye" });
  await first.ended();
  const third = await Caller.welcomed(url);
  expect(await third.served()).toBe(true);
});

test.each([
  { maxSessions: 0 },
  { maxSessions: 1.5 },
  { maxEventLoopDelayMs: 0 },
  { maxEventLoopDelayMs: Number.NaN },
])("%j is refused at the start", (config) => {
  const providers = { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() };
  expect(() => new LLMRTCServer({ providers, ...config })).toThrow(Object.keys(config)[0]);
});
