import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { padFrame, splitStream } from "../../src/transport/turn/frames.ts";

const stunFrame = fc
  .record({
    type: fc.integer({ min: 0, max: 0x3fff }),
    id: fc.uint8Array({ minLength: 12, maxLength: 12 }),
    words: fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 60 }),
  })
  .map(({ type, id, words }) => {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(type);
    header.writeUInt16BE(words.length * 4, 2);
    header.writeUInt32BE(0x2112a442, 4);
    return Buffer.concat([header, id, ...words]);
  });

const channelFrame = fc
  .record({
    channel: fc.integer({ min: 0x4000, max: 0x4fff }),
    payload: fc.uint8Array({ maxLength: 1500 }),
  })
  .map(({ channel, payload }) => {
    const header = Buffer.alloc(4);
    header.writeUInt16BE(channel);
    header.writeUInt16BE(payload.length, 2);
    return Buffer.concat([header, payload]);
  });

/** Gives the bytes in pieces, as a connection does. */
function read(pieces: readonly Buffer[]): { readonly frames: Buffer[]; readonly rest: Buffer } {
  const all: Buffer[] = [];
  let pending: Buffer = Buffer.alloc(0);
  for (const piece of pieces) {
    const { frames, rest } = splitStream(Buffer.concat([pending, piece]));
    all.push(...frames);
    pending = rest;
  }
  return { frames: all, rest: pending };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...places.map((place) => place % (bytes.length + 1)), bytes.length];
  return at.sort((a, b) => a - b).map((end, n) => bytes.subarray(n === 0 ? 0 : at[n - 1], end));
}

describe("the stream of a TURN server", () => {
  test("gives each message whole, once and in order, wherever TCP cuts or joins it", () => {
    const frames = fc.array(fc.oneof(stunFrame, channelFrame), { maxLength: 12 });
    fc.assert(
      fc.property(frames, fc.array(fc.nat(), { maxLength: 30 }), (sent, places) => {
        const { frames, rest } = read(cut(Buffer.concat(sent.map(padFrame)), places));
        expect(frames.map((frame) => frame.toString("hex"))).toEqual(
          sent.map((frame) => frame.toString("hex")),
        );
        expect(rest).toHaveLength(0);
      }),
    );
  });

  test("is made of whole words", () => {
    fc.assert(
      fc.property(channelFrame, (frame) => {
        const padded = padFrame(frame);
        expect(padded.length % 4).toBe(0);
        expect(padded.length - frame.length).toBeLessThan(4);
        expect(padded.subarray(0, frame.length).equals(frame)).toBe(true);
      }),
    );
  });

  test.each([
    ["a web server's", Buffer.from("HTTP/1.1 400 Bad Request\r\n")],
    ["a mail server's", Buffer.from("220 mail.example ESMTP\r\n")],
    ["another protocol's over TLS", Buffer.from([0x15, 3, 3, 0, 2, 2, 40, 0])],
    ["of zeros", Buffer.alloc(100)],
    ["of a message of 16 kB", Buffer.from([1, 1, 0x40, 0, 0x21, 0x12, 0xa4, 0x42])],
    ["of a message of half a word", Buffer.from([1, 1, 0, 2, 0x21, 0x12, 0xa4, 0x42])],
    ["of ChannelData of 9000 bytes", Buffer.from([0x40, 0, 0x23, 0x28])],
    ["of a channel that may not be", Buffer.from([0x50, 0, 0, 0])],
  ])("is told from %s after a few bytes", (_, bytes) => {
    expect(() => splitStream(bytes.subarray(0, 8))).toThrow("not TURN");
  });

  test("whatever comes, what is kept is less than two messages", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 })), (pieces) => {
        try {
          const { rest } = read(pieces.map((piece) => Buffer.from(piece)));
          expect(rest.length).toBeLessThan(8192 + 24);
        } catch (error) {
          expect(error).toHaveProperty("message", expect.stringContaining("not TURN"));
        }
      }),
    );
  });
});
