import {
  type Pcm,
  type VoiceDetector,
  voiceFrameSamples,
  type VoiceStream,
} from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";
import { callerSound } from "../caller.ts";
import { shared } from "./lifetime.ts";

export interface VoiceDetectorContractOptions {
  /** Someone speaking, 16 kHz mono, at least a second. Default the buzz of a scripted caller. */
  readonly speech?: Pcm;
}

/** What every voice detector must do, whoever makes it. Each one's tests call this once. */
export function voiceDetectorContract(
  name: string,
  make: () => VoiceDetector | Promise<VoiceDetector>,
  { speech = callerSound([{ speakMs: 1500 }]) }: VoiceDetectorContractOptions = {},
): void {
  describe(`${name} keeps the voice detector contract`, () => {
    const detector = shared(make);
    const frames = framesOf(speech);
    const silence = framesOf(new Int16Array(16_000));

    test("knows a voice from silence", async () => {
      const stream = detector().open();
      const voiced = await hear(stream, frames);
      const silent = (await hear(stream, silence)).slice(-10);
      stream.close();
      for (const probability of [...voiced, ...silent]) {
        expect(probability).toBeGreaterThanOrEqual(0);
        expect(probability).toBeLessThanOrEqual(1);
      }
      expect(Math.max(...voiced)).toBeGreaterThan(0.5);
      expect(Math.max(...silent)).toBeLessThan(0.35);
    });

    test("hears each caller alone, however many speak at once", async () => {
      const alone = detector().open();
      const expected = await hear(alone, frames);
      alone.close();
      const streams = Array.from({ length: 8 }, () => detector().open());
      const heard = await Promise.all(
        streams.map((stream, i) => hear(stream, i % 2 === 0 ? frames : silence)),
      );
      for (const stream of streams) stream.close();
      for (const probabilities of heard.filter((_, i) => i % 2 === 0)) {
        for (const [i, probability] of probabilities.entries()) {
          expect(probability).toBeCloseTo(expected[i] ?? Number.NaN, 2);
        }
      }
    });

    test("a new stream remembers nothing of an older one", async () => {
      const first = detector().open();
      const expected = await hear(first, silence.slice(0, 5));
      await hear(first, frames);
      first.close();
      const second = detector().open();
      const heard = await hear(second, silence.slice(0, 5));
      second.close();
      for (const [i, probability] of heard.entries()) {
        expect(probability).toBeCloseTo(expected[i] ?? Number.NaN, 2);
      }
    });

    test("a closed stream hears no more, and closing it again is fine", async () => {
      const stream = detector().open();
      stream.close();
      stream.close();
      const frame = new Int16Array(voiceFrameSamples);
      await expect(stream.probability(frame)).rejects.toMatchObject({ code: "CLOSED" });
    });

    test("closing the detector closes its streams; doing so twice is fine", async () => {
      const other = await make();
      const stream = other.open();
      await other.close();
      await other.close();
      const frame = new Int16Array(voiceFrameSamples);
      await expect(stream.probability(frame)).rejects.toMatchObject({ code: "CLOSED" });
    });
  });
}

/** Whole detector frames of a sound. */
function framesOf(pcm: Pcm): Pcm[] {
  const count = Math.floor(pcm.length / voiceFrameSamples);
  return Array.from({ length: count }, (_, i) => {
    return pcm.slice(i * voiceFrameSamples, (i + 1) * voiceFrameSamples);
  });
}

async function hear(stream: VoiceStream, frames: readonly Pcm[]): Promise<number[]> {
  const probabilities: number[] = [];
  for (const frame of frames) probabilities.push(await stream.probability(frame));
  return probabilities;
}
