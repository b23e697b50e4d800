import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../src/caller.ts";
import { CliServer } from "../src/cli-server.ts";
import { type PageServer, servePages } from "../src/page-server.ts";
import { RawClient, upgradeWith } from "../src/raw-client.ts";

let server: CliServer;
let pages: PageServer;
let browser: Browser;
let bystander: Caller;

beforeAll(async () => {
  [server, pages, browser] = await Promise.all([CliServer.start(), servePages(), openChromium()]);
  bystander = await Caller.call({ browser, pages, signallingUrl: server.signallingUrl });
});

afterAll(async () => {
  await bystander.close();
  await browser.close();
  await server.stop();
  await pages.close();
});

afterEach(async () => {
  const asked = await bystander.now();
  await bystander.sendText("What is two plus two?");
  await bystander.next("llmChunk", { fits: ({ at }) => at > asked });
});

const json = (value: unknown): string => JSON.stringify(value);
const offer = (sdp: string): string => json({ type: "offer", signal: { type: "offer", sdp } });

describe("another call goes on when somebody sends", () => {
  test.each([
    ["no JSON", "hello"],
    ["half of a JSON object", '{"type":'],
    ["an empty frame", ""],
    ["null", "null"],
    ["a list", "[]"],
    ["a number", "42"],
    ["an object without a type", "{}"],
    ["a type that is no string", json({ type: 5 })],
    ["a type that nobody knows", json({ type: "launch" })],
    ["the name of a prototype", '{"type":"__proto__","__proto__":{"type":"ping"}}'],
    ["an offer without a signal", json({ type: "offer" })],
    ["an offer of the wrong type", json({ type: "offer", signal: "v=0" })],
    ["a time that is a word", json({ type: "ping", timestamp: "now" })],
    ["attachments that are no list", json({ type: "attachments", attachments: "zzz" })],
    ["audio that is not base64", json({ type: "audio", data: "***" })],
    ["an empty text", json({ type: "text", text: "" })],
    ["a text of the wrong type", json({ type: "text", text: { toString: "x" } })],
    ["deeply nested lists", `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
    ["garbage for SDP", offer("garbage")],
    ["SDP that breaks off", offer("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nm=audio")],
    ["SDP with nothing in it", offer("")],
  ])("%s", async (_name, frame) => {
    const client = await RawClient.connect(server.signallingUrl);
    client.send(frame);
    expect(await client.answer("error")).toMatchObject({ message: { code: "INVALID_MESSAGE" } });
    // What does not fit changes nothing: the same client can go on.
    client.send(json({ type: "ping", timestamp: 7 }));
    expect(await client.answer("pong")).toMatchObject({ message: { timestamp: 7 } });
    client.close();
  });

  test("binary where text is due", async () => {
    const client = await RawClient.connect(server.signallingUrl);
    client.send(new Uint8Array([1, 2, 3]));
    const answer = await client.answer("error");
    if (answer.type === "closed") expect(answer.code).toBe(1003);
    else expect(answer.message["code"]).toBe("INVALID_MESSAGE");
    client.close();
  });

  test("a frame of more than 1 MiB", async () => {
    const client = await RawClient.connect(server.signallingUrl);
    client.send(json({ type: "text", text: "x".repeat(1024 * 1024) }));
    expect(await client.answer("error")).toEqual({ type: "closed", code: 1009 });
  });

  test.each([
    ["a candidate before any offer", { candidate: "", sdpMid: "0" }],
    ["a candidate that is rubbish", { candidate: "rubbish", sdpMid: "0" }],
    [
      "a candidate for a section that does not exist",
      { candidate: "candidate:1 1 udp 1 127.0.0.1 9 typ host", sdpMid: "17" },
    ],
  ])("%s", async (_name, candidate) => {
    const client = await RawClient.connect(server.signallingUrl);
    client.send(json({ type: "candidate", candidate }));
    client.send(json({ type: "ping", timestamp: 7 }));
    expect(await client.answer("pong")).toMatchObject({ message: { timestamp: 7 } });
    client.close();
  });

  test("a session that nobody has", async () => {
    const client = await RawClient.connect(server.signallingUrl);
    client.send(json({ type: "reconnect", sessionId: "somebody-else" }));
    expect(await client.answer("reconnect-ack")).toMatchObject({
      message: { success: false, historyRecovered: false },
    });
    client.close();
  });

  test.each([
    ["a reserved bit", 0xf1],
    ["an opcode that does not exist", 0x83],
    ["a continuation of nothing", 0x80],
  ])("%s in the same packet as the upgrade request", async (_name, first) => {
    const mask = [0, 0, 0, 0];
    const answer = await upgradeWith(server.url, Buffer.from([first, 0x82, ...mask, 0x68, 0x69]));
    expect(answer.toString("latin1")).toMatch(/^HTTP\/1.1 (101|400)/);
  });

  test("a connection that dies in the middle of its first offer", async () => {
    const client = await RawClient.connect(server.signallingUrl);
    client.send(offer("v=0\r\n"));
    client.close();
  });
});
