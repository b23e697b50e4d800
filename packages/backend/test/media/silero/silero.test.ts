import { readFile } from "node:fs/promises";
import { decodeWav, voiceFrameSamples, type VoiceStream } from "@metered/llmrtc-core";
import type { RuntimeKind } from "@metered/llmrtc-onnx";
import { voiceDetectorContract } from "@metered/llmrtc-testing/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
// Compiled, because its worker is.
import { openSilero, type SileroDetector } from "../../../dist/media/silero/silero.js";

/** "What is the weather in Paris today?", 2.24 s, synthesised with Flite. */
const clip = new URL("clips/question.wav", import.meta.url);

function framesOf(pcm: Int16Array): Int16Array[] {
  const count = Math.floor(pcm.length / voiceFrameSamples);
  return Array.from({ length: count }, (_, i) =>
    pcm.subarray(i * voiceFrameSamples, (i + 1) * voiceFrameSamples),
  );
}

async function listen(stream: VoiceStream, pcm: Int16Array): Promise<number[]> {
  const heard: number[] = [];
  for (const frame of framesOf(pcm)) heard.push(await stream.probability(frame));
  return heard;
}

const wave = (sample: (i: number) => number): Int16Array =>
  Int16Array.from({ length: 32_000 }, (_, i) => sample(i));

voiceDetectorContract("Silero", () => openSilero(), {
  speech: decodeWav(await readFile(clip)).pcm,
});

describe.each<RuntimeKind>(["native", "wasm"])("Silero on the %s runtime", (runtime) => {
  let detector: SileroDetector;
  let speech: Int16Array;

  beforeAll(async () => {
    detector = await openSilero({ runtime });
    speech = decodeWav(await readFile(clip)).pcm;
  });
  afterAll(() => detector.close());

  test("says which engine it is", () => {
    expect(detector.runtime.kind).toBe(runtime);
  });

  test("hears a voice in speech, and none before and after it", async () => {
    const stream = detector.open();
    const heard = await listen(stream, speech);
    expect(heard.filter((p) => p > 0.5).length).toBeGreaterThan(heard.length * 0.7);
    const silence = await listen(stream, new Int16Array(16_000));
    expect(Math.max(...silence.slice(-20))).toBeLessThan(0.1);
    stream.close();
  });

  test.each([
    ["silence", wave(() => 0)],
    ["noise", wave(() => (Math.random() - 0.5) * 20_000)],
    ["a tone", wave((i) => 8_000 * Math.sin((2 * Math.PI * 440 * i) / 16_000))],
    ["clicks", wave((i) => (i % 4_000 === 0 ? 30_000 : 0))],
  ])("hears no voice in %s", async (_, pcm) => {
    const stream = detector.open();
    expect(Math.max(...(await listen(stream, pcm)))).toBeLessThan(0.5);
    stream.close();
  });

  test("keeps callers apart, though they share a run", async () => {
    const alone = detector.open();
    const expected = await listen(alone, speech);
    const streams = [speech, new Int16Array(speech.length), speech].map((pcm) => ({
      pcm,
      stream: detector.open(),
    }));
    const [first, silent, second] = await Promise.all(
      streams.map(({ stream, pcm }) => listen(stream, pcm)),
    );
    for (const [i, p] of expected.entries()) {
      expect(first?.[i]).toBeCloseTo(p, 3);
      expect(second?.[i]).toBeCloseTo(p, 3);
    }
    expect(Math.max(...(silent ?? []))).toBeLessThan(0.1);
  });

  test("answers frames in order even when they are not awaited one by one", async () => {
    const [calm, hasty] = [detector.open(), detector.open()];
    const expected = await listen(calm, speech.subarray(0, 20 * voiceFrameSamples));
    const frames = framesOf(speech).slice(0, 20);
    const heard = await Promise.all(frames.map((frame) => hasty.probability(frame)));
    for (const [i, p] of expected.entries()) expect(heard[i]).toBeCloseTo(p, 3);
  });

  test("refuses frames of another length, and any after close", async () => {
    const stream = detector.open();
    await expect(stream.probability(new Int16Array(480))).rejects.toMatchObject({
      code: "VAD_ERROR",
    });
    stream.close();
    stream.close();
    await expect(stream.probability(new Int16Array(voiceFrameSamples))).rejects.toMatchObject({
      code: "CLOSED",
    });
  });
});

test("frames that wait when the detector is closed are told so", async () => {
  const detector = await openSilero();
  const stream = detector.open();
  const waiting = stream.probability(new Int16Array(voiceFrameSamples));
  const outcome = expect(waiting).rejects.toMatchObject({ code: "CLOSED" });
  await detector.close();
  await outcome;
  await expect(stream.probability(new Int16Array(voiceFrameSamples))).rejects.toMatchObject({
    code: "CLOSED",
  });
});
