import { LLMRTCServer } from "@metered/llmrtc-backend";
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

/** A caller without sound, and the server's side of his call. */
async function called() {
  const server = new LLMRTCServer({
    providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    iceServers: [],
    voiceDetector: fakeVoiceDetector(),
    endOfTurn: { model: false },
    logger: silentLogger,
  });
  running.push(server);
  await server.start();
  const { port } = server.getServer()?.address() as AddressInfo;
  const connected = once(server, "connection") as Promise<[{ readonly id: string }]>;
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  const messages: { readonly type: string; readonly [field: string]: unknown }[] = [];
  let complete: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (complete = resolve));
  socket.on("message", (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as { type: string });
    if (messages.at(-1)?.type === "tts-complete") complete();
  });
  const [{ id }] = await connected;
  await once(socket, "message"); // ready
  const session = server.getSession(id);
  if (!session) throw new Error("the server does not know its session");
  return { server, session, socket, messages, id, answered };
}

test("an application speaks in a call that it finds by its id", async () => {
  const { server, session, messages, id, answered } = await called();
  expect(session.id).toBe(id);
  expect((await session.say("Your taxi is here.")).heard).toBe("Your taxi is here.");
  await answered;
  expect(messages.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["llm", "tts-start", "tts-chunk", "tts-complete"]),
  );
  expect(session.messages).toEqual([{ role: "assistant", content: "Your taxi is here." }]);
  expect(server.getSession("another")).toBeUndefined();
});

test("a call that the application ends is told why, closed for good and forgotten", async () => {
  const { server, session, socket, messages, id } = await called();
  const closed = once(socket, "close") as Promise<[number]>;
  await session.hangUp("done");
  expect((await closed)[0]).toBe(4410);
  expect(messages.at(-1)).toEqual({ type: "hang-up", reason: "done" });
  expect(server.getSession(id)).toBeUndefined();
  expect(server.sessionCount).toBe(0);
});
