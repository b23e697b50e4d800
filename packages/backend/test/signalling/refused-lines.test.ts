import { LLMRTCServer } from "@metered/llmrtc-backend";
import { LLMRTCError } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import { request } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { logRefusal, refusalMessage } from "../../src/signalling/refusal.ts";
import { Log } from "../log.ts";

const secret = "a=candidate:1 1 udp 1 203.0.113.5 9 typ host";

describe("what is refused", () => {
  test("on purpose is logged as one short line, without its cause", () => {
    const log = new Log();
    const error = new LLMRTCError("INVALID_MESSAGE", "The offer cannot be used", {
      cause: new Error(secret),
    });
    logRefusal(log, error, "s1");
    const fields = { code: "INVALID_MESSAGE", reason: error.message, sessionId: "s1" };
    expect(log.lines).toEqual([{ message: "refused", fields }]);
    expect(log.text).not.toContain(secret);
    expect(refusalMessage(error)).toEqual({
      type: "error",
      code: "INVALID_MESSAGE",
      message: "The offer cannot be used",
    });
  });

  test("by a fault of ours is logged with its place, and not told to the client", () => {
    const log = new Log();
    const error = new TypeError("of undefined");
    logRefusal(log, error, "s1");
    const fields = { error, sessionId: "s1" };
    expect(log.lines).toEqual([{ message: "a message could not be handled", fields }]);
    expect(JSON.stringify(refusalMessage(error))).not.toContain("of undefined");
  });
});

describe("a socket that breaks", () => {
  let server: LLMRTCServer;

  afterEach(() => server.stop({ drainMs: 0 }));

  test("is one line with the reason and the session", async () => {
    const log = new Log();
    server = new LLMRTCServer({
      providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
      port: 0,
      iceServers: [],
      voiceDetector: fakeVoiceDetector(),
      endOfTurn: { model: false },
      logger: log,
    });
    await server.start();
    const { port } = server.getServer()?.address() as AddressInfo;
    const upgrade = request({
      port,
      headers: {
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": Buffer.alloc(16).toString("base64"),
      },
    }).end();
    const [, socket] = (await once(upgrade, "upgrade")) as [unknown, Socket];
    await log.line("caller let in");
    const gone = once(server, "disconnect");
    socket.on("error", () => undefined).write(Buffer.from([0xff, 0xff]));
    await log.line("WebSocket error");
    socket.destroy();
    await gone;
    const broken = log.lines.filter(({ message }) => message === "WebSocket error");
    expect(broken.map(({ fields }) => fields)).toEqual([
      {
        code: expect.stringMatching(/^WS_ERR_/) as string,
        reason: expect.stringContaining("Invalid WebSocket frame") as string,
        sessionId: expect.any(String) as string,
      },
    ]);
  });
});
