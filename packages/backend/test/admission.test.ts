import { LLMRTCServer, type LLMRTCServerConfig, type Verdict } from "@metered/llmrtc-backend";
import { silentLogger } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";

const running: LLMRTCServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop({ drainMs: 0 })));
});

/** A server that counts what it makes: sessions, ICE servers for them, turns. */
async function counting(config: Partial<LLMRTCServerConfig>) {
  const made = { sessions: 0, iceServers: 0, turns: 0 };
  const server = new LLMRTCServer({
    providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    voiceDetector: fakeVoiceDetector(),
    logger: silentLogger,
    hooks: {
      onConnection: () => {
        made.sessions += 1;
      },
      onTurnStart: () => {
        made.turns += 1;
      },
    },
    iceServers: async ({ sessionId }) => {
      if (sessionId !== undefined) made.iceServers++;
      return [];
    },
    ...config,
  });
  running.push(server);
  await server.start();
  const { port } = server.getServer()?.address() as AddressInfo;
  return { server, made, url: `ws://127.0.0.1:${port}` };
}

/** How a call goes: the first message, or the code with which the socket was closed. */
async function outcome(socket: WebSocket): Promise<unknown> {
  const message = once(socket, "message").then(([data]) => {
    return (JSON.parse(String(data as Buffer)) as { readonly type: string }).type;
  });
  const closed = once(socket, "close").then(([code]) => code as number);
  return Promise.race([message, closed]);
}

describe("authenticate", () => {
  const byToken: LLMRTCServerConfig["authenticate"] = ({ url = "" }) =>
    new URL(url, "ws://any").searchParams.get("token") === "right";

  test("lets in whom it knows", async () => {
    const { url, made } = await counting({ authenticate: byToken });
    expect(await outcome(new WebSocket(`${url}/?token=right`))).toBe("ready");
    expect(made).toMatchObject({ sessions: 1, iceServers: 1 });
  });

  test("refuses others before anything is made for them or read from them", async () => {
    const { server, url, made } = await counting({ authenticate: byToken });
    const seen = vi.fn();
    server.on("connection", seen);
    const socket = new WebSocket(`${url}/?token=wrong`);
    socket.on("open", () => {
      socket.send(JSON.stringify({ type: "text", text: "Hello?" }));
    });
    expect(await outcome(socket)).toBe(4401);
    expect(made).toEqual({ sessions: 0, iceServers: 0, turns: 0 });
    expect(seen).not.toHaveBeenCalled();
    expect(server.sessionCount).toBe(0);
  });

  test("takes its time; what the caller sends meanwhile waits", async () => {
    let decide: (verdict: Verdict) => void = () => undefined;
    const decision = new Promise<Verdict>((resolve) => (decide = resolve));
    const { url } = await counting({ authenticate: () => decision });
    const socket = new WebSocket(url);
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "text", text: "Hello?" }));
    const types: string[] = [];
    const answered = new Promise<void>((resolve) => {
      socket.on("message", (data: Buffer) => {
        const { type } = JSON.parse(data.toString()) as { readonly type: string };
        types.push(type);
        if (type === "llm") resolve();
      });
    });
    decide(true);
    await answered;
    expect(types[0]).toBe("ready");
  });

  test.each<[unknown, unknown]>([
    [true, "ready"],
    [{}, "ready"],
    [false, 4401],
    ["unauthorized", 4401],
    ["forbidden", 4403],
    [undefined, 4401],
    [null, 4401],
    ["what else", 4401],
    [1, 4401],
    [[], 4401],
    [[true], 4401],
    [new Error("bad token"), 4401],
    [new Map(), 4401],
    [{ ok: false }, 4401],
    [{ error: "invalid" }, 4401],
    [{ constructor: true }, 4401],
    [{ iceTransportPolicy: "Relay" }, 4401],
    [{ iceTransportPolicy: "relay", user: "u1" }, 4401],
    [{ iceTransportPolicy: undefined }, "ready"],
    [Object.assign(Object.create(null), { iceTransportPolicy: "relay" }), "ready"],
  ])("that says %j: %s", async (verdict, expected) => {
    const { url } = await counting({ authenticate: async () => verdict as Verdict });
    expect(await outcome(new WebSocket(url))).toBe(expected);
  });

  test("that gives what is no verdict is told of once, without it", async () => {
    const warn = vi.fn();
    const { url } = await counting({
      authenticate: () => ({ error: "token abc is invalid" }) as Verdict,
      logger: { ...silentLogger, warn },
    });
    expect(await outcome(new WebSocket(url))).toBe(4401);
    expect(warn.mock.calls).toEqual([
      [{ given: "object" }, "authenticate gave no verdict: caller refused"],
    ]);
  });

  test("that throws refuses, and the server goes on", async () => {
    const authenticate = vi
      .fn<() => boolean>()
      .mockImplementationOnce(() => {
        throw new Error("no database");
      })
      .mockReturnValue(true);
    const { url } = await counting({ authenticate });
    expect(await outcome(new WebSocket(url))).toBe(4401);
    expect(await outcome(new WebSocket(url))).toBe("ready");
  });

  test("may send one caller through relays only", async () => {
    const { url } = await counting({
      authenticate: ({ url = "" }) => (url === "/relay" ? { iceTransportPolicy: "relay" } : true),
    });
    const policyAt = async (path: string) => {
      const [data] = (await once(new WebSocket(url + path), "message")) as [Buffer];
      return (JSON.parse(data.toString()) as Record<string, unknown>)["iceTransportPolicy"];
    };
    expect(await policyAt("/relay")).toBe("relay");
    expect(await policyAt("/")).toBeUndefined();
  });

  test("that still thinks when the server stops does not keep it", async () => {
    const { server, url, made } = await counting({
      authenticate: () => new Promise(() => undefined),
    });
    const socket = new WebSocket(url);
    await once(socket, "open");
    const closed = once(socket, "close");
    await server.stop({ drainMs: 0 });
    await closed;
    expect(made.sessions).toBe(0);
  });
});

describe("the list of origins", () => {
  const allowedOrigins = ["https://app.example.com"];
  test.each([
    ["https://app.example.com", "ready"],
    ["https://evil.example", 4403],
    ["https://app.example.com.evil.example", 4403],
    ["http://app.example.com", 4403],
    ["null", 4403],
  ])("page %s: %s", async (origin, expected) => {
    const authenticate = vi.fn(() => true);
    const { url, made } = await counting({ allowedOrigins, authenticate });
    expect(await outcome(new WebSocket(url, { origin }))).toBe(expected);
    expect(made.sessions).toBe(expected === "ready" ? 1 : 0);
    expect(authenticate).toHaveBeenCalledTimes(made.sessions);
  });

  test("does not concern callers that are no pages", async () => {
    const { url } = await counting({ allowedOrigins });
    expect(await outcome(new WebSocket(url))).toBe("ready");
  });

  test.each(["app.example.com", "https://app.example.com/", "*"])("%s is no origin", (origin) => {
    const make = () =>
      new LLMRTCServer({
        providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
        allowedOrigins: [origin],
      });
    expect(make).toThrow(/^allowedOrigins must hold origins/);
  });
});
