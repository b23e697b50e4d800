import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classes, Message, methods } from "werift";
import { addressKind } from "../../src/transport/address-kind.ts";
import { StrangerError } from "../../src/ice/probe/fault.ts";
import { splitStream } from "../../src/ice/probe/stream-frames.ts";

const message = fc
  .string({ maxLength: 300 })
  .map((data) =>
    new Message(methods.DATA, classes.INDICATION).setAttribute("DATA", Buffer.from(data)),
  );

describe("a stream of STUN messages", () => {
  test("gives the messages back, however it was chopped", () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (messages, steps) => {
          const whole = Buffer.concat(messages.map(({ bytes }) => bytes));
          const received: Buffer[] = [];
          let rest: Buffer = Buffer.alloc(0);
          for (let at = 0, i = 0; at < whole.length; i += 1) {
            const step = steps[i % steps.length] ?? 1;
            const frames = splitStream(Buffer.concat([rest, whole.subarray(at, at + step)]));
            received.push(...frames.messages);
            rest = frames.rest;
            at += step;
          }
          expect(rest).toHaveLength(0);
          expect(Buffer.concat(received).equals(whole)).toBe(true);
          expect(received).toHaveLength(messages.length);
        },
      ),
    );
  });

  test.each([
    ["a web server", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["an SSH server", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["a TLS server", "\x15\x03\x01\x00\x02\x02\x16\x00\x00"],
  ])("is not what %s says", (_who, greeting) => {
    expect(() => splitStream(Buffer.from(greeting, "latin1"))).toThrow(StrangerError);
  });

  test("is not what hardly anybody says", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 40 }), (bytes) => {
        fc.pre(Buffer.from(bytes).readUInt32BE(4) !== 0x2112a442);
        expect(() => splitStream(Buffer.from(bytes))).toThrow(StrangerError);
      }),
    );
  });

  test("waits for the rest of a message that is half there", () => {
    const { bytes } = new Message(methods.DATA, classes.INDICATION).setAttribute(
      "DATA",
      randomBytes(40),
    );
    for (let length = 0; length < bytes.length; length += 1) {
      expect(splitStream(bytes.subarray(0, length)).messages).toEqual([]);
    }
  });
});

test.each([
  ["127.0.0.1", "loopback"],
  ["::1", "loopback"],
  ["10.1.2.3", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "public"],
  ["192.168.1.1", "private"],
  ["100.64.0.1", "private"],
  ["fd12::1", "private"],
  ["169.254.169.254", "link-local"],
  ["fe80::1", "link-local"],
  ["8.8.8.8", "public"],
  ["2001:4860:4860::8888", "public"],
])("%s is a %s address", (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});
