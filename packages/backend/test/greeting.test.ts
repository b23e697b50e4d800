import { LLMRTCServer, type LLMRTCServerConfig } from "@metered/llmrtc-backend";
import { silentLogger } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { WebSocket } from "ws";

const running: LLMRTCServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop({ drainMs: 0 })));
});

/** A server, and what its next caller is told first. */
async function serving(config: Partial<LLMRTCServerConfig>) {
  const server = new LLMRTCServer({
    providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    endOfTurn: { model: false },
    playground: false,
    voiceDetector: fakeVoiceDetector(),
    logger: silentLogger,
    iceServers: [],
    ...config,
  });
  running.push(server);
  await server.start();
  const { port } = server.getServer()?.address() as AddressInfo;
  const call = () => new WebSocket(`ws://127.0.0.1:${port}`);
  const greeted = async () => {
    const [data] = (await once(call(), "message")) as [Buffer];
    return JSON.parse(data.toString()) as Record<string, unknown>;
  };
  return { server, call, greeted };
}

const stunAlone = [{ urls: "stun:stun.metered.ca:80" }];

test.each<[string, unknown, readonly unknown[]]>([
  ["a list in place of a lease", [{ urls: "stun:a" }], [{ urls: "stun:a" }]],
  ["nothing", undefined, stunAlone],
  ["a number for a list", { iceServers: 5 }, stunAlone],
  ["a word for a list", { iceServers: "turn:a" }, stunAlone],
  ["an empty entry", { iceServers: [{}] }, stunAlone],
])(
  "a source of the application's that gives %s does no caller harm",
  async (_, given, expected) => {
    const source = { description: "mine", mint: async () => given };
    const { server, greeted } = await serving({ iceServers: source as never });
    expect(await greeted()).toMatchObject({ type: "ready", iceServers: expected });
    expect(await greeted()).toMatchObject({ type: "ready" });
    expect(server.iceSource.warning === undefined).toBe(expected !== stunAlone);
  },
);

test("servers are asked for while `onConnection` runs, and `ready` waits for both", async () => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const done = vi.fn();
  const { greeted } = await serving({
    hooks: { onConnection: () => ended.then(done) },
    iceServers: async ({ sessionId }) => {
      if (sessionId !== undefined) end(); // would wait for ever, were the hook waited for first
      return [];
    },
  });
  expect((await greeted())["type"]).toBe("ready");
  expect(done).toHaveBeenCalledTimes(1);
});

test("a hook `onConnection` that never ends holds no caller up for more than two seconds", async () => {
  const warn = vi.fn();
  const { greeted } = await serving({
    hooks: { onConnection: () => new Promise(() => undefined) },
    logger: { ...silentLogger, warn },
  });
  const before = performance.now();
  expect((await greeted())["type"]).toBe("ready");
  expect(performance.now() - before).toBeLessThan(5_000);
  expect(warn).toHaveBeenCalledTimes(1);
});

test("a caller who cannot be greeted is closed with 1011, and the server goes on", async () => {
  const broken = {
    get onConnection(): never {
      throw new Error("no hooks today");
    },
  };
  const { call } = await serving({ hooks: broken });
  for (let caller = 0; caller < 2; caller += 1) {
    const [code] = (await once(call(), "close")) as [number];
    expect(code).toBe(1011);
  }
});
