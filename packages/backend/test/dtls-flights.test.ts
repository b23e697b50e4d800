import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { packFlights } from "../src/transport/webrtc/dtls-flights.ts";

const changeCipherSpec = 20;
const handshake = 22;
const message = 23;

let sent: Buffer[];
let send: (packet: Buffer) => void;

beforeEach(() => {
  sent = [];
  send = packFlights((datagram) => sent.push(Buffer.from(datagram)));
});

const record = (type: number, size: number): Buffer => Buffer.alloc(size, type);
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a flight leaves as one datagram", async () => {
  for (const size of [84, 420, 137, 36, 25]) send(record(handshake, size));
  expect(sent).toEqual([]);
  await soon();
  expect(sent.map(({ length }) => length)).toEqual([702]);
});

test("a message leaves at once, and behind the end of the handshake that it needs", () => {
  send(record(changeCipherSpec, 14));
  send(record(handshake, 61));
  send(record(message, 80));
  send(record(message, 90));
  expect(sent.map(({ length }) => length)).toEqual([75, 80, 90]);
});

test("whatever is sent arrives whole, in order, and in datagrams that pass every network", async () => {
  const packets = fc.array(
    fc.tuple(
      fc.constantFrom(changeCipherSpec, handshake, message, 0x80),
      fc.integer({ min: 1, max: 1200 }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(packets, async (all) => {
      sent = [];
      const records = all.map(([type, size]) => record(type, size));
      records.forEach(send);
      await soon();
      expect(Buffer.concat(sent).equals(Buffer.concat(records))).toBe(true);
      expect(sent.every(({ length }) => length <= 1200)).toBe(true);
    }),
  );
});
