import { LLMRTCServer, type LLMRTCServerConfig } from "@metered/llmrtc-backend";
import { silentLogger } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";

const running: LLMRTCServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop({ drainMs: 0 })));
});

async function start(config: Partial<LLMRTCServerConfig> = {}): Promise<number> {
  const server = new LLMRTCServer({
    providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    iceServers: [],
    voiceDetector: fakeVoiceDetector(),
    endOfTurn: { model: false },
    logger: silentLogger,
    ...config,
  });
  running.push(server);
  await server.start();
  return (server.getServer()?.address() as AddressInfo).port;
}

/** Not by `fetch`, which does not let a test choose the host's name. */
function read(port: number, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; text: string; headers: Record<string, unknown> }>(
    (resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port, path: "/metrics", headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
        });
      });
      asked.on("error", reject).end();
    },
  );
}

async function greeted(socket: WebSocket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      if (data.toString().includes('"ready"')) resolve();
    });
  });
}

describe("GET /metrics", () => {
  test("counts attempts and outcomes, as many as callers", async () => {
    const port = await start({ allowedOrigins: ["https://ours.example"] });
    const url = `ws://127.0.0.1:${port}`;
    const stranger = new WebSocket(url, { origin: "https://theirs.example" });
    await once(stranger, "close");
    const typist = new WebSocket(url);
    await once(typist, "open");
    typist.send(JSON.stringify({ type: "text", text: "hello" }));
    await new Promise<void>((resolve) => {
      typist.on("message", (data: Buffer) => {
        if (data.toString().includes('"llm"')) resolve();
      });
    });
    const { text, headers } = await read(port);
    expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(text).toContain("llmrtc_connection_attempts_total 2");
    expect(text).toContain('outcomes_total{outcome="failed",reason="refused"} 1');
    expect(text).toContain('outcomes_total{outcome="connected",reason="none"} 1');
    expect(text).toContain("llmrtc_connections_active 1");
    expect(text).toMatch(/llmrtc_llm_ttft_seconds_count\{provider="[\w-]+\/?[\w-]*"\} 1/);
    typist.terminate();
  });

  test("counts who finds no place once, and who only checks not at all", async () => {
    const port = await start({ maxSessions: 1 });
    const url = `ws://127.0.0.1:${port}`;
    const first = new WebSocket(url);
    await greeted(first);
    for (const purpose of ["call", "check"]) {
      const late = new WebSocket(url);
      await greeted(late);
      late.send(JSON.stringify({ type: "hello", features: [], purpose }));
      late.send(JSON.stringify({ type: "text", text: "hello" }));
      await once(late, "close");
    }
    const { text } = await read(port);
    expect(text).toContain("llmrtc_connection_attempts_total 1");
    expect(text).toContain('outcomes_total{outcome="failed",reason="busy"} 1');
    expect(text).toContain("llmrtc_connection_checks_total 1");
    first.terminate();
  });

  test("says remote-closed of those whom the server leaves before they are connected", async () => {
    const outcomes: unknown[] = [];
    const onConnectionOutcome = (_: string, outcome: object) => void outcomes.push(outcome);
    const port = await start({ hooks: { onConnectionOutcome } });
    const caller = new WebSocket(`ws://127.0.0.1:${port}`);
    await greeted(caller);
    await running.at(-1)?.stop({ drainMs: 0 });
    expect(outcomes).toMatchObject([{ outcome: "failed", reason: "remote-closed" }]);
  });

  test("is by default for programs on this machine that ask for themselves", async () => {
    const port = await start();
    expect((await read(port)).status).toBe(200);
    expect((await read(port, { "x-forwarded-for": "192.0.2.1" })).status).toBe(403);
    expect((await read(port, { forwarded: "for=192.0.2.1" })).status).toBe(403);
    expect((await read(port, { host: "voice.example.com" })).status).toBe(403);
    expect((await read(port, { host: `localhost:${port}` })).status).toBe(200);
  });

  test("is for whoever has the token", async () => {
    const token = "0123456789abcdef";
    const port = await start({ metricsAccess: { token } });
    expect((await read(port)).status).toBe(401);
    expect((await read(port, { authorization: "Bearer 0123456789abcdeX" })).status).toBe(401);
    expect((await read(port, { authorization: `Bearer ${token}` })).status).toBe(200);
    const proxied = { authorization: `Bearer ${token}`, "x-forwarded-for": "192.0.2.1" };
    expect((await read(port, proxied)).status).toBe(200);
  });

  test("is for everybody, or not there, as the option says", async () => {
    const open = await start({ metricsAccess: "everybody" });
    expect((await read(open, { host: "voice.example.com" })).status).toBe(200);
    const none = await start({ metricsAccess: "nobody" });
    expect((await read(none)).status).toBe(404);
  });

  test("cannot be opened by mistake", async () => {
    for (const metricsAccess of [{ token: "" }, { token: "short" }, "yes"]) {
      const config = { metricsAccess } as Partial<LLMRTCServerConfig>;
      await expect(start(config)).rejects.toThrow(/metricsAccess must be/);
    }
  });
});

test("an application's metrics that throw do not end the server", async () => {
  const throwing = () => {
    throw new Error("statsd is gone");
  };
  const metrics = { increment: throwing, gauge: throwing, timing: throwing };
  const port = await start({ metrics });
  const caller = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(caller, "message");
  caller.terminate();
  expect((await read(port)).text).toContain("llmrtc_connections_active");
});
