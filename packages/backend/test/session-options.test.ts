import {
  LLMRTCServer,
  type LLMRTCServerConfig,
  type SessionFunction,
  type SessionOptions,
} from "@metered/llmrtc-backend";
import { silenceTurnDetector, silentLogger } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { openTurnDetector } from "../src/media/end-of-turn.ts";
import { sessionServices } from "../src/session/session-options.ts";
import { closeSessions, connect, servicesFor, setUp } from "./calling.ts";

const running: LLMRTCServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop({ drainMs: 0 })));
  await closeSessions();
});

async function started(session: SessionFunction, more: Partial<LLMRTCServerConfig> = {}) {
  const llm = fakeLLM();
  const server = new LLMRTCServer({
    providers: { llm, stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    iceServers: [],
    voiceDetector: fakeVoiceDetector(),
    endOfTurn: { model: false },
    logger: silentLogger,
    systemPrompt: "Be brief.",
    ...more,
    session,
  });
  running.push(server);
  await server.start();
  const { port } = server.getServer()?.address() as AddressInfo;
  return { llm, url: `ws://127.0.0.1:${port}` };
}

/** Types, and waits until the agent has answered. */
async function ask(socket: WebSocket): Promise<void> {
  await once(socket, "open");
  const answered = new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      if (data.toString().includes('"tts-complete"')) resolve();
    });
  });
  socket.send(JSON.stringify({ type: "text", text: "Hello" }));
  await answered;
}

describe("the function `session`", () => {
  test("gives each caller options of his own", async () => {
    const { llm, url } = await started(({ url = "" }) =>
      url === "/french" ? { systemPrompt: "Parle français.", llm: { temperature: 0 } } : undefined,
    );
    await ask(new WebSocket(`${url}/french`));
    await ask(new WebSocket(url));
    expect(llm.requests.map(({ messages }) => messages[0]?.content)).toEqual([
      "Parle français.",
      "Be brief.",
    ]);
    expect(llm.requests.map(({ config }) => config?.temperature)).toEqual([0, undefined]);
  });

  test("is asked once the caller has been let in, and told on which terms", async () => {
    const told: unknown[] = [];
    const { url } = await started(
      (_, terms) => {
        told.push(terms);
        return {};
      },
      {
        authenticate: ({ url = "" }) => (url === "/in" ? { iceTransportPolicy: "relay" } : false),
      },
    );
    const refused = new WebSocket(url);
    expect((await once(refused, "close"))[0]).toBe(4401);
    await ask(new WebSocket(`${url}/in`));
    expect(told).toEqual([{ iceTransportPolicy: "relay" }]);
  });

  test("that fails ends the call: wrong terms are worse than none", async () => {
    const { url } = await started(() => Promise.reject(new Error("no database")));
    const [code] = (await once(new WebSocket(url), "close")) as [number];
    expect(code).toBe(1011);
  });

  test("may give a call another voice", async () => {
    const tts = fakeTTS();
    const { url } = await started(() => ({ providers: { tts } }));
    await ask(new WebSocket(url));
    expect(tts.said.length).toBeGreaterThan(0);
  });
});

describe("options of a session", () => {
  async function withOptions(options: SessionOptions) {
    const services = servicesFor();
    const turnDetectors = await openTurnDetector({ model: false }, silentLogger);
    const { systemPrompt } = services;
    const shared = { systemPrompt, endOfTurn: { model: false } };
    return sessionServices({ services, options: shared, turnDetectors }, options);
  }

  test("what is absent or undefined is as the server has it", async () => {
    const services = servicesFor();
    const { turnDetector, turn, systemPrompt } = await withOptions({ systemPrompt: undefined });
    expect(systemPrompt).toBe(services.systemPrompt);
    expect(turnDetector.name).toBe(services.turnDetector.name);
    expect(turn.timeouts).toEqual(services.turn.timeouts);
  });

  test.each([
    [200, 300],
    [900, 1_000],
  ])("a wait of %i ms is kept", async (silenceMs, silent) => {
    const { registry } = setUp();
    const services = await withOptions({ endOfTurn: { silenceMs } });
    const { sound, messages, message } = connect(registry, services);
    await sound(640, 9000);
    await sound(silenceMs - 100, 0);
    expect(messages.map(({ type }) => type)).not.toContain("speech-end");
    await sound(silent - silenceMs + 100, 0);
    await message("speech-end");
  });

  test("a wrong one is named", async () => {
    await expect(withOptions({ silence: { promptAfterMs: Number.NaN } })).rejects.toThrow(
      "silence.promptAfterMs",
    );
    await expect(withOptions({ endOfTurn: { waits: { quickMs: -1 } } })).rejects.toThrow(
      "endOfTurn.waits.quickMs",
    );
  });

  test("a detector of its own goes before waits of its own", async () => {
    const turnDetector = { ...silenceTurnDetector({ silenceMs: 500 }), name: "mine" };
    const services = await withOptions({ turnDetector, endOfTurn: { silenceMs: 1 } });
    expect(services.turnDetector.name).toBe("mine");
  });
});
