import { LLMRTCServer } from "@metered/llmrtc-backend";
import {
  bytesFromPcm,
  decodeAudioFrame,
  encodeAudioFrame,
  silentLogger,
} from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { tone } from "./transport-contract.ts";

let server: LLMRTCServer;
let socket: WebSocket;
let messages: Record<string, unknown>[];
let frames: Uint8Array[];
let codes: () => unknown[];

beforeEach(async () => {
  server = new LLMRTCServer({
    providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    iceServers: [],
    voiceDetector: fakeVoiceDetector(),
    logger: silentLogger,
  });
  await server.start();
  const { port } = server.getServer()?.address() as AddressInfo;
  socket = new WebSocket(`ws://127.0.0.1:${port}`);
  messages = [];
  frames = [];
  codes = () => messages.flatMap(({ type, code }) => (type === "error" ? [code] : []));
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) frames.push(data);
    else messages.push(JSON.parse(data.toString()) as Record<string, unknown>);
  });
  await once(socket, "open");
});

afterEach(async () => {
  socket.terminate();
  await server.stop({ drainMs: 0 });
});

const say = (message: object): void => {
  socket.send(JSON.stringify(message));
};

/** Resolves with the first message of a type. */
async function message(type: string): Promise<Record<string, unknown>> {
  const find = () => messages.find((one) => one["type"] === type);
  await expect.poll(find, { timeout: 5000 }).toBeDefined();
  return find() ?? {};
}

let sequence = 0;
function sendSound(pcm: Int16Array): void {
  const timestamp = 960 * sequence;
  const payload = bytesFromPcm(pcm);
  socket.send(encodeAudioFrame({ codec: "pcm", sequence, timestamp, payload }));
  sequence += 1;
}

test("a call without any peer connection: spoken turn in, agent's voice out, text beside it", async () => {
  say({ type: "hello", features: ["one-channel", "websocket-audio", "text"] });
  say({ type: "audio-start", codec: "pcm" });
  await message("audio-started");

  for (let n = 0; n < 40; n++) sendSound(tone(20, 16_000));
  await message("speech-start");
  await message("speech-end"); // the silence that nobody sent has ended it
  const { text } = await message("transcript");
  expect(text).not.toBe("");
  await message("tts-complete");

  const codecs = new Set(frames.map((frame) => decodeAudioFrame(frame).codec));
  expect([...codecs]).toEqual(["pcm"]);
  expect(messages.filter(({ type }) => type === "llm")).toHaveLength(1);
  expect(codes()).toEqual([]);
});

test("binary frames are refused before audio-start, after audio-stop, and when they are no sound", async () => {
  sendSound(tone(20, 16_000));
  await expect.poll(codes).toEqual(["INVALID_MESSAGE"]);
  say({ type: "audio-start", codec: "pcm" });
  await message("audio-started");
  sendSound(tone(20, 16_000));
  socket.send(Uint8Array.of(9, 9, 9));
  await expect.poll(codes).toEqual(["INVALID_MESSAGE", "INVALID_MESSAGE"]);
  say({ type: "audio-stop" });
  say({ type: "ping", timestamp: 1 });
  await message("pong");
  sendSound(tone(20, 16_000));
  await expect.poll(() => codes().length).toBe(3);
});

test("sound that starts again takes the place of what was", async () => {
  say({ type: "audio-start", codec: "opus" });
  say({ type: "audio-start", codec: "pcm" });
  await expect.poll(() => messages.filter(({ type }) => type === "audio-started").length).toBe(2);
  sendSound(tone(20, 16_000));
  say({ type: "text", text: "hello" });
  await message("tts-complete");
  expect(new Set(frames.map((frame) => decodeAudioFrame(frame).codec))).toEqual(new Set(["pcm"]));
  expect(codes()).toEqual([]);
});
