import {
  bytesFromPcm,
  durationMs,
  floatsFromPcm,
  levelDb,
  pcmFromBytes,
  pcmFromFloats,
  PcmReader,
  rms,
  toMono,
} from "@metered/llmrtc-core";
import fc from "fast-check";
import { expect, test } from "vitest";

/** `bytes`, cut into runs at `cuts`. */
function runs(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  edges.sort((a, b) => a - b);
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}

test("samples survive the way over bytes, however the bytes are cut", () => {
  fc.assert(
    fc.property(fc.int16Array(), fc.array(fc.nat()), (pcm, cuts) => {
      const reader = new PcmReader();
      const out = runs(bytesFromPcm(pcm), cuts).flatMap((run) => [...reader.push(run)]);
      expect(out).toEqual([...pcm]);
    }),
  );
});

test("bytes are little-endian", () => {
  expect([...bytesFromPcm(Int16Array.of(0x0102, -2))]).toEqual([2, 1, 0xfe, 0xff]);
});

test("a stream yields no empty run and drops half a sample at its end", async () => {
  async function* source() {
    yield Uint8Array.of();
    yield Uint8Array.of(1);
    yield Uint8Array.of(0, 2, 0);
    yield Uint8Array.of(9);
  }
  const seen: number[][] = [];
  for await (const pcm of pcmFromBytes(source())) seen.push([...pcm]);
  expect(seen).toEqual([[1, 2]]);
});

test("leaving the stream lets go of its source", async () => {
  let released = false;
  async function* source() {
    try {
      for (;;) yield Uint8Array.of(0, 0);
    } finally {
      released = true;
    }
  }
  for await (const pcm of pcmFromBytes(source())) {
    expect(pcm).toHaveLength(1);
    break;
  }
  expect(released).toBe(true);
});

test("samples survive the way over floats", () => {
  fc.assert(
    fc.property(fc.int16Array(), (pcm) => {
      expect(pcmFromFloats(floatsFromPcm(pcm))).toEqual(pcm);
    }),
  );
});

test("floats beyond full scale are clipped", () => {
  expect([...pcmFromFloats([3, -3, Number.NaN, Number.POSITIVE_INFINITY])]).toEqual([
    32_767, -32_768, 0, 32_767,
  ]);
});

test("stereo becomes the mean of both sides, mono stays as it is", () => {
  const mono = Int16Array.of(1, 2);
  expect(toMono(mono, 1)).toBe(mono);
  expect([...toMono(Int16Array.of(100, 200, 32_767, 32_767, -32_768, 32_766), 2)]).toEqual([
    150, 32_767, -1,
  ]);
  expect(() => toMono(Int16Array.of(1), 2)).toThrow(RangeError);
});

test("levels are measured against full scale", () => {
  expect(rms(new Int16Array(0))).toBe(0);
  expect(levelDb(new Int16Array(10))).toBe(Number.NEGATIVE_INFINITY);
  expect(levelDb(new Int16Array(10).fill(-32_768))).toBe(0);
  const sine = Int16Array.from({ length: 16_000 }, (_, i) => 32_767 * Math.sin(i / 10));
  expect(levelDb(sine)).toBeCloseTo(-3.01, 1);
});

test("play time counts frames, not samples", () => {
  expect(durationMs(new Int16Array(480), { sampleRate: 24_000, channels: 1 })).toBe(20);
  expect(durationMs(new Int16Array(960), { sampleRate: 24_000, channels: 2 })).toBe(20);
  expect(() => durationMs(new Int16Array(1), { sampleRate: 24_000, channels: 2 })).toThrow();
});
