import {
  type AudioFrame,
  audioCodecs,
  decodeAudioFrame,
  encodeAudioFrame,
  LLMRTCError,
} from "@metered/llmrtc-core";
import fc from "fast-check";
import { expect, test } from "vitest";

const frame: fc.Arbitrary<AudioFrame> = fc
  .record({
    codec: fc.constantFrom(...audioCodecs),
    sequence: fc.nat(0xffff),
    timestamp: fc.nat(0xffff_ffff),
    payload: fc.uint8Array({ minLength: 1, maxLength: 3840 }),
  })
  .filter(({ codec, payload }) => codec !== "pcm" || payload.length % 2 === 0);

test("a frame survives the way over the wire, wherever its bytes lie", () => {
  fc.assert(
    fc.property(frame, fc.nat(9), (sent, offset) => {
      const bytes = encodeAudioFrame(sent);
      const place = new Uint8Array(offset + bytes.length);
      place.set(bytes, offset);
      expect(decodeAudioFrame(place.subarray(offset))).toEqual(sent);
    }),
  );
});

test("the header is 8 bytes: kind, 0, sequence, timestamp, big-endian", () => {
  const payload = Uint8Array.of(9, 9);
  const sent = encodeAudioFrame({ codec: "pcm", sequence: 0x0102, timestamp: 0x03040506, payload });
  expect([...sent]).toEqual([2, 0, 1, 2, 3, 4, 5, 6, 9, 9]);
});

test("whatever comes in is a frame that can be written again, or INVALID_MESSAGE", () => {
  const nearly = fc.tuple(fc.nat(3), fc.nat(1), fc.uint8Array()).map(([kind, reserved, rest]) => {
    return Uint8Array.of(kind, reserved, ...rest);
  });
  fc.assert(
    fc.property(fc.oneof(nearly, fc.uint8Array({ maxLength: 5000 })), (bytes) => {
      try {
        expect(encodeAudioFrame(decodeAudioFrame(bytes))).toEqual(bytes);
      } catch (error) {
        if (!(error instanceof LLMRTCError)) throw error;
        expect(error.code).toBe("INVALID_MESSAGE");
      }
    }),
  );
});

test.each([
  ["nothing", []],
  ["a header without sound", [1, 0, 0, 0, 0, 0, 0, 0]],
  ["an unknown kind", [7, 0, 0, 0, 0, 0, 0, 0, 1]],
  ["the reserved byte in use", [1, 1, 0, 0, 0, 0, 0, 0, 1]],
  ["half a sample", [2, 0, 0, 0, 0, 0, 0, 0, 1]],
  ["too much sound", [1, 0, 0, 0, 0, 0, 0, 0, ...new Array<number>(3841).fill(0)]],
])("%s is refused", (_, bytes) => {
  expect(() => decodeAudioFrame(Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({ code: "INVALID_MESSAGE" }),
  );
});
