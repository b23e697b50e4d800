import { decodeWav, encodeWav, LLMRTCError } from "@metered/llmrtc-core";
import fc from "fast-check";
import { expect, test } from "vitest";

const mono16k = { sampleRate: 16_000, channels: 1 } as const;
const samples = fc.int16Array({ maxLength: 200 });

function bytes(...parts: (string | number | readonly number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === "string") return Array.from(part, (letter) => letter.charCodeAt(0));
      if (typeof part === "number") {
        return [part & 255, (part >> 8) & 255, (part >> 16) & 255, part >>> 24];
      }
      return part;
    }),
  );
}

/** A WAV file of two frames' worth of raw sample bytes. */
function wavFile(options: {
  readonly tag?: number;
  readonly channels?: number;
  readonly bits?: number;
  readonly rate?: number;
  readonly data: readonly number[];
  readonly dataSize?: number;
  readonly riffSize?: number;
  readonly before?: Uint8Array;
  readonly extension?: readonly number[];
}): Uint8Array {
  const { tag = 1, channels = 1, bits = 16, rate = 16_000, data, extension = [] } = options;
  const align = (channels * bits) / 8;
  return bytes(
    "RIFF",
    options.riffSize ?? 0,
    "WAVE",
    ...(options.before ? [[...options.before]] : []),
    "fmt ",
    16 + extension.length,
    [tag & 255, tag >> 8, channels, 0],
    rate,
    rate * align,
    [align, 0, bits, 0],
    extension,
    "data",
    options.dataSize ?? data.length,
    data,
  );
}

const code = (run: () => unknown): unknown => {
  try {
    run();
    return "no error";
  } catch (error) {
    return error instanceof LLMRTCError ? error.code : error;
  }
};

test("what was encoded is decoded", () => {
  fc.assert(
    fc.property(samples, fc.constantFrom(8000, 24_000, 44_100), (pcm, sampleRate) => {
      const format = { sampleRate, channels: 1 } as const;
      expect(decodeWav(encodeWav(pcm, format))).toEqual({ pcm, format });
    }),
  );
});

test("stereo stays interleaved, wherever the bytes lie in their buffer", () => {
  const format = { sampleRate: 48_000, channels: 2 } as const;
  const wav = encodeWav(Int16Array.of(1, -1, 2, -2), format);
  const odd = new Uint8Array(wav.length + 1);
  odd.set(wav, 1);
  expect(decodeWav(odd.subarray(1))).toEqual({ pcm: Int16Array.of(1, -1, 2, -2), format });
});

test("the header is the canonical one of 44 bytes", () => {
  const wav = encodeWav(Int16Array.of(0x0201), mono16k);
  expect(wav).toEqual(
    bytes(
      "RIFF",
      38,
      "WAVE",
      "fmt ",
      16,
      [1, 0, 1, 0],
      16_000,
      32_000,
      [2, 0, 16, 0],
      "data",
      2,
      [1, 2],
    ),
  );
});

test.each([
  { bits: 8, data: [0, 128, 255], pcm: [-32_768, 0, 32_512] },
  { bits: 16, data: [0, 128, 255, 127], pcm: [-32_768, 32_767] },
  { bits: 24, data: [9, 0, 128, 9, 255, 127], pcm: [-32_768, 32_767] },
  { bits: 32, data: [9, 9, 0, 128, 9, 9, 255, 127], pcm: [-32_768, 32_767] },
])("$bits-bit integers become 16-bit ones", ({ bits, data, pcm }) => {
  expect([...decodeWav(wavFile({ bits, data })).pcm]).toEqual(pcm);
});

test("floats are scaled and clipped, and what is no number is silent", () => {
  const data = [...new Uint8Array(Float32Array.of(0.5, -1, 2, Number.NaN).buffer)];
  const { pcm } = decodeWav(wavFile({ tag: 3, bits: 32, data }));
  expect([...pcm]).toEqual([16_384, -32_768, 32_767, 0]);
});

test("the extensible header names its format in the sub-format", () => {
  const subFormat = (tag: number) => [22, 0, 32, 0, 4, 0, 0, 0, tag, ...Array<number>(15).fill(0)];
  const data = [...new Uint8Array(Float32Array.of(0.25).buffer)];
  const floats = wavFile({ tag: 0xfffe, bits: 32, data, extension: subFormat(3) });
  expect([...decodeWav(floats).pcm]).toEqual([8192]);
  const integers = wavFile({ tag: 0xfffe, data: [1, 0], extension: subFormat(1) });
  expect([...decodeWav(integers).pcm]).toEqual([1]);
});

test.each([0, 0xffff_ffff])("a stream whose size was written as %i is read to its end", (size) => {
  const wav = wavFile({ data: [1, 0, 2, 0, 3], dataSize: size, riffSize: size });
  expect([...decodeWav(wav).pcm]).toEqual([1, 2]);
});

test("a file that was cut off keeps its whole frames", () => {
  const wav = wavFile({ channels: 2, data: [1, 0, 2, 0, 3, 0], dataSize: 4000 });
  expect([...decodeWav(wav).pcm]).toEqual([1, 2]);
});

test("other chunks are skipped, before and after, odd sizes included", () => {
  const before = bytes("LIST", 3, [1, 2, 3, 0], "JUNK", 0);
  const wav = wavFile({ before, data: [1, 0] });
  expect([...decodeWav(bytes([...wav], "LIST", 2, [7, 7])).pcm]).toEqual([1]);
});

test.each([
  ["nothing", new Uint8Array(0)],
  ["another file", bytes("ID3", [4, 0, 0], 0, 0, 0, 0)],
  ["no data", bytes("RIFF", 4, "WAVE")],
  ["data before its format", bytes("RIFF", 4, "WAVE", "data", 2, [1, 0])],
  ["a short format", bytes("RIFF", 4, "WAVE", "fmt ", 4, 1, "data", 2, [1, 0])],
  ["six channels", wavFile({ channels: 6, data: [] })],
  ["no channel", wavFile({ channels: 0, data: [] })],
  ["no sample rate", wavFile({ rate: 0, data: [] })],
  ["A-law", wavFile({ tag: 6, bits: 8, data: [] })],
  ["12 bits", wavFile({ bits: 12, data: [] })],
])("%s is no WAV that can be read", (_, wav) => {
  expect(code(() => decodeWav(wav))).toBe("INVALID_AUDIO_FORMAT");
});

test("garbage never does worse than that error", () => {
  const header = fc.constantFrom(wavFile({ data: [] }), bytes("RIFF", 9, "WAVE"));
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 80 }), fc.nat(60), (wav, junk, cut) => {
      const result = code(() => decodeWav(bytes([...wav.subarray(0, cut)], [...junk])));
      expect(["no error", "INVALID_AUDIO_FORMAT"]).toContain(result);
    }),
  );
});
