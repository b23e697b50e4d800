import { LLMRTCServer, type LLMRTCServerConfig } from "@metered/llmrtc-backend";
import { silentLogger } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";

const running: LLMRTCServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop({ drainMs: 0 })));
});

function server(config: Partial<LLMRTCServerConfig> = {}): LLMRTCServer {
  const made = new LLMRTCServer({
    providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    iceServers: [],
    voiceDetector: fakeVoiceDetector(),
    logger: silentLogger,
    ...config,
  });
  running.push(made);
  return made;
}

const portOf = (one: LLMRTCServer) => (one.getServer()?.address() as AddressInfo).port;

async function join(one: LLMRTCServer): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(one)}/any/path`);
  await once(socket, "open");
  return socket;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Resolves with the next message of a type. */
function next(socket: WebSocket, type: string): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    const look = (data: Buffer): void => {
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      if (message["type"] !== type) return;
      socket.off("message", look);
      resolve(message);
    };
    socket.on("message", look);
  });
}

describe("the server", () => {
  test("names what is wrong with its options", () => {
    const broken = { providers: { llm: fakeLLM(), stt: fakeSTT() } };
    expect(() => new LLMRTCServer(broken as unknown as LLMRTCServerConfig)).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG", message: "providers.tts is missing" }),
    );
    expect(() => server({ playbook: {} } as Partial<LLMRTCServerConfig>)).toThrow(/playbook/);
  });

  test("takes an undefined option for an absent one", () => {
    const absent = { host: undefined, historyLimit: undefined, playbook: undefined };
    expect(() => server(absent)).not.toThrow();
  });

  test("takes routes before it starts, and serves them", async () => {
    const one = server();
    one.getApp().get("/mine", (_request, response) => void response.send("hello"));
    await one.start();
    const response = await fetch(`http://127.0.0.1:${portOf(one)}/mine`);
    expect(await response.text()).toBe("hello");
  });

  test("rejects start on a busy port, and can start elsewhere", async () => {
    const first = server();
    await first.start();
    const second = server({ port: portOf(first) });
    await expect(second.start()).rejects.toMatchObject({ code: "ADDRESS_IN_USE" });
    await expect(first.start()).rejects.toMatchObject({ code: "INVALID_STATE" });
    expect(second.getServer()).toBeNull();
  });

  test.each([
    ["an address of another machine", "203.0.113.77", "203.0.113.77"],
    ["a name that nobody has", "nobody.invalid", "nobody.invalid"],
  ])("says that it cannot listen on %s", async (_, host, named) => {
    const refused = expect.objectContaining({
      code: "INVALID_CONFIG",
      message: expect.stringContaining(named) as string,
    }) as object;
    await expect(server({ host }).start()).rejects.toEqual(refused);
  });

  test("rejects start when a provider cannot, and frees the port", async () => {
    const llm = { ...fakeLLM(), init: () => Promise.reject(new Error("no model")) };
    const one = server({ providers: { llm, stt: fakeSTT(), tts: fakeTTS() } });
    await expect(one.start()).rejects.toThrow("no model");
    expect(one.getServer()).toBeNull();
  });

  test("lets callers who come while the models load wait", async () => {
    let loaded = (): void => undefined;
    const llm = { ...fakeLLM(), init: () => new Promise<void>((resolve) => (loaded = resolve)) };
    const port = await freePort();
    const one = server({ port, providers: { llm, stt: fakeSTT(), tts: fakeTTS() } });
    const started = one.start();
    const health = () => fetch(`http://127.0.0.1:${port}/health`);
    await expect
      .poll(() =>
        health().then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(503);
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const ready = next(socket, "ready");
    const early = await Promise.race([ready.then(() => "greeted"), health().then(() => "waits")]);
    expect(early).toBe("waits");
    loaded();
    await started;
    expect(await ready).toMatchObject({ protocolVersion: 1 });
    expect((await health()).status).toBe(200);
  });

  test("tells every listener of connections and their ends", async () => {
    const one = server();
    const seen: string[] = [];
    one.on("connection", ({ id }) => seen.push(`a ${id}`));
    one.on("connection", ({ id }) => seen.push(`b ${id}`));
    await one.start();
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(one)}`);
    const ready = await next(socket, "ready");
    expect(seen).toEqual([`a ${String(ready["id"])}`, `b ${String(ready["id"])}`]);
    const gone = once(one, "disconnect");
    socket.close();
    expect(await gone).toEqual([{ id: ready["id"] }]);
  });

  test("greets with what it can do", async () => {
    const one = server({ iceServers: [{ urls: "stun:stun.example:3478" }] });
    await one.start();
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(one)}`);
    expect(await next(socket, "ready")).toMatchObject({
      protocolVersion: 1,
      mode: "pipeline",
      iceServers: [{ urls: "stun:stun.example:3478" }],
      features: expect.arrayContaining(["trickle", "text", "turn-id"]) as unknown,
    });
  });

  test("closes a client that sends no heartbeat", async () => {
    const one = server({ heartbeatTimeout: 30 });
    await one.start();
    const socket = await join(one);
    const [code] = (await once(socket, "close")) as [number];
    expect([1006, 4408]).toContain(code);
  });

  test("closes a client that sends nothing but nonsense", async () => {
    const one = server();
    await one.start();
    const socket = await join(one);
    for (let i = 0; i <= 51; i++) socket.send("nonsense");
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1008);
  });

  test("lets an agent finish what it says before it stops", async () => {
    const one = server({
      providers: { llm: fakeLLM({ tokenDelayMs: 20 }), stt: fakeSTT(), tts: fakeTTS() },
    });
    await one.start();
    const socket = await join(one);
    const writing = next(socket, "llm-chunk");
    socket.send(JSON.stringify({ type: "text", text: "Hello?" }));
    await writing;
    const whole = next(socket, "llm");
    const bye = once(socket, "close");
    await one.stop();
    expect(await whole).toMatchObject({ text: "Hello there. How can I help?" });
    expect((await bye)[0]).toBe(1001);
  });

  test("closes its providers, and can start again", async () => {
    const llm = fakeLLM();
    const one = server({ providers: { llm, stt: fakeSTT(), tts: fakeTTS() } });
    await one.start();
    await one.stop();
    expect(llm.isClosed).toBe(true);
    expect(one.sessionCount).toBe(0);
    await one.start();
    expect(portOf(one)).toBeGreaterThan(0);
  });

  test("survives hooks that throw", async () => {
    const hooks = {
      onConnection: () => Promise.reject(new Error("mine")),
      onTurnStart: () => {
        throw new Error("mine too");
      },
    };
    const one = server({ hooks });
    await one.start();
    const socket = await join(one);
    const answer = next(socket, "llm");
    socket.send(JSON.stringify({ type: "text", text: "Hello?" }));
    expect(await answer).toMatchObject({ text: "Hello there. How can I help?" });
  });

  test("withdraws a reply that onLLMEnd refuses", async () => {
    const hooks = {
      onLLMEnd: () => {
        throw new Error("not for children");
      },
    };
    const one = server({ hooks });
    await one.start();
    const socket = await join(one);
    const types: string[] = [];
    socket.on("message", (data: Buffer) => {
      types.push((JSON.parse(data.toString()) as { type: string }).type);
    });
    const cancelled = next(socket, "tts-cancelled");
    socket.send(JSON.stringify({ type: "text", text: "Hello?" }));
    await cancelled;
    expect(types).not.toContain("llm");
    expect(types).not.toContain("error");
  });
});
