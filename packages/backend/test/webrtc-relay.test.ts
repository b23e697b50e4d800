import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { allocateRelay } from "../src/transport/webrtc/relay.ts";

const allocate = 0x0003;
const refresh = 0x0004;
const errorBit = 0x0110;
const successBit = 0x0100;
const lifetimeAttribute = 0x000d;

/** 203.0.113.7:50000, exclusive-ored with the magic cookie (RFC 8489, 14.2). */
const address = [0x00, 0x01, 0xe2, 0x42, 0xea, 0x12, 0xd5, 0x45];

let socket: Socket;
let requests: Buffer[];
/** What comes back to a request: nothing, or a message type and attributes. */
let answer: (type: number) => { readonly type: number; readonly body: readonly number[] };

beforeEach(async () => {
  requests = [];
  socket = createSocket("udp4");
  socket.on("message", (request, from) => {
    requests.push(request);
    const { type, body } = answer(request.readUInt16BE(0));
    const response = Buffer.concat([request.subarray(0, 20), Buffer.from(body)]);
    response.writeUInt16BE(type, 0);
    response.writeUInt16BE(body.length, 2);
    socket.send(response, from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
});

afterEach(() => {
  socket.close();
});

const server = () => ({
  host: "127.0.0.1",
  port: socket.address().port,
  transport: "udp" as const,
  username: "user",
  credential: "password",
});
const never = { signal: new AbortController().signal, refreshFailed: () => undefined };
/** An allocation for so many seconds. */
const granted = (seconds: number) => [
  ...[0x00, 0x16, 0, 8, ...address], // XOR-RELAYED-ADDRESS
  ...[0x00, 0x20, 0, 8, ...address], // XOR-MAPPED-ADDRESS
  ...[0x00, 0x0d, 0, 4, 0, 0, seconds >> 8, seconds & 255], // LIFETIME
];

test("a relayed address is given back at the end, not left to expire", async () => {
  answer = (type) => ({ type: type | successBit, body: granted(600) });
  const relay = await allocateRelay(server(), undefined, never);
  expect(relay.candidate.address).toEqual(["203.0.113.7", 50_000]);
  await relay.close();

  expect(requests.map((request) => request.readUInt16BE(0))).toEqual([allocate, refresh]);
  const last = requests.at(-1);
  expect(last?.readUInt16BE(20)).toBe(lifetimeAttribute);
  expect(last?.readUInt32BE(24)).toBe(0);
});

test("a refusal says what the server answered", async () => {
  const quota = [0x00, 0x09, 0, 8, 0, 0, 4, 86, ...Buffer.from("full")]; // ERROR-CODE 486
  answer = (type) => ({ type: type | errorBit, body: quota });
  await expect(allocateRelay(server(), undefined, never)).rejects.toThrow("486");
});

test("a relay that is not prolonged is told", async () => {
  const mismatch = [0x00, 0x09, 0, 8, 0, 0, 4, 37, ...Buffer.from("lost")]; // ERROR-CODE 437
  answer = (type) =>
    type === allocate
      ? { type: type | successBit, body: granted(1) }
      : { type: type | errorBit, body: mismatch };
  let told: () => void = () => undefined;
  const failed = new Promise<void>((resolve) => (told = resolve));
  const relay = await allocateRelay(server(), undefined, { ...never, refreshFailed: told });
  await failed;
  await relay.close();
});
