import { LLMRTCServer, type LLMRTCServerConfig } from "@metered/llmrtc-backend";
import { type ServerMessage, silentLogger } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";

let server: LLMRTCServer;

afterEach(() => server.stop({ drainMs: 0 }));

/** A caller whose `ready` waits until `open` is called. */
async function waitingCaller(config: Partial<LLMRTCServerConfig> = {}) {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const { hooks, ...more } = config;
  server = new LLMRTCServer({
    providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    iceServers: [],
    voiceDetector: fakeVoiceDetector(),
    endOfTurn: { model: false },
    logger: silentLogger,
    ...more,
    hooks: { ...hooks, onConnection: () => opened },
  });
  await server.start();
  const { port } = server.getServer()?.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  const types: ServerMessage["type"][] = [];
  const waiting = new Map<ServerMessage["type"], () => void>();
  socket.on("message", (data: Buffer) => {
    const { type } = JSON.parse(data.toString()) as ServerMessage;
    types.push(type);
    waiting.get(type)?.();
  });
  await once(socket, "open");
  return {
    types,
    open,
    send: (...messages: object[]) => {
      for (const message of messages) socket.send(JSON.stringify(message));
    },
    next: (type: ServerMessage["type"]) =>
      new Promise<void>((resolve) => waiting.set(type, resolve)),
  };
}

describe("what a client says", () => {
  test("is answered in its order, after `ready`", async () => {
    const { open, send, types, next } = await waitingCaller();
    const offer = { type: "offer", signal: { type: "offer", sdp: "nothing to use" } };
    const pong = next("pong");
    send(offer, { type: "reconnect", sessionId: "nobody" }, { type: "ping", timestamp: 1 });
    await pong;
    expect(types).toEqual(["pong"]);
    const answered = next("reconnect-ack");
    open();
    await answered;
    expect(types).toEqual(["pong", "ready", "error", "reconnect-ack"]);
  });

  test("is taken at once where it is about now", async () => {
    let onConnectionTrouble = (_id: string, _reason: string): void => undefined;
    const told = new Promise<string>((resolve) => {
      onConnectionTrouble = (_id, reason) => {
        resolve(reason);
      };
    });
    const { send, types } = await waitingCaller({ hooks: { onConnectionTrouble } });
    send({ type: "text", text: "Hello" }, { type: "connection-trouble", reason: "ice-failed" });
    expect(await told).toBe("ice-failed");
    expect(types).toEqual([]);
  });

  test("can fail without stopping what comes after it", async () => {
    const { open, send, next } = await waitingCaller();
    open();
    await next("ready");
    const answered = next("reconnect-ack");
    send({ type: "signal", signal: { type: "offer", sdp: "" } });
    send({ type: "reconnect", sessionId: "nobody" });
    await answered;
  });
});
