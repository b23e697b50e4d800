import { decodeWav, PcmReader, rms, type TTSProvider, type TTSResult } from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";
import { collect, interruption, shared } from "./lifetime.ts";

export interface TTSContractOptions {
  /** A sentence that takes more than one run of samples. */
  readonly sentence?: string;
  /** Shortest and longest play time that is believed, in milliseconds. Default 500 and 15_000. */
  readonly between?: readonly [number, number];
  /** Whether it has a stream; without one, nothing is asked of it. Default true. */
  readonly streams?: boolean;
}

/** What every text to speech must do, whoever makes it. Each provider's tests call this once. */
export function ttsContract(
  name: string,
  make: () => TTSProvider | Promise<TTSProvider>,
  options: TTSContractOptions = {},
): void {
  const { sentence = "Hello there, how can I help you today?", streams = true } = options;
  const [shortest, longest] = options.between ?? [500, 15_000];

  describe(`${name} keeps the TTS contract`, () => {
    const tts = shared(make);
    const stream = (signal?: AbortSignal) => {
      return tts().speakStream?.(sentence, { format: "pcm" }, signal ? { signal } : {});
    };
    const expectSpeech = (pcm: Int16Array, sampleRate: number) => {
      const ms = (pcm.length * 1000) / sampleRate;
      expect(ms).toBeGreaterThan(shortest);
      expect(ms).toBeLessThan(longest);
      expect(rms(pcm)).toBeGreaterThan(0.001);
    };
    const expectSpoken = ({ audio, format }: TTSResult) => {
      if (format === "pcm") {
        expectSpeech(new PcmReader().push(audio), tts().pcmSampleRate ?? 24_000);
      } else if (format === "wav") {
        const wav = decodeWav(audio);
        expectSpeech(wav.pcm, wav.format.sampleRate * wav.format.channels);
      } else expect(audio.length).toBeGreaterThan(0);
    };

    test("has a name and a sample rate that makes sense", () => {
      expect(tts().name).not.toBe("");
      expect(tts().pcmSampleRate ?? 24_000).toBeGreaterThanOrEqual(8000);
    });

    test("speaks", async () => {
      expectSpoken(await tts().speak(sentence));
    });

    test("gives bare samples or a WAV file when it is asked for samples", async () => {
      const result = await tts().speak(sentence, { format: "pcm" });
      expect(["pcm", "wav"]).toContain(result.format);
      expectSpoken(result);
    });

    test("rejects with the signal's reason when aborted before it starts", async () => {
      const reason = interruption();
      const signal = AbortSignal.abort(reason);
      await expect(tts().speak(sentence, {}, { signal })).rejects.toBe(reason);
      const runs = stream(signal);
      if (runs) await expect(collect(runs)).rejects.toBe(reason);
    });

    if (streams) {
      test("streams speech in runs of samples, none of them empty", async () => {
        const runs = await collect(stream() ?? missing());
        expect(runs.map(({ length }) => length)).not.toContain(0);
        const bytes = runs.reduce((sum, { length }) => sum + length, 0);
        expect(bytes % 2).toBe(0);
        const reader = new PcmReader();
        const pcm = Int16Array.from(runs.flatMap((run) => [...reader.push(run)]));
        expectSpeech(pcm, tts().pcmSampleRate ?? 24_000);
      });

      test("says several sentences at once", async () => {
        const speeches = [1, 2, 3].map(() => collect(stream() ?? missing()));
        for (const runs of await Promise.all(speeches)) expect(runs.length).toBeGreaterThan(0);
      });

      test("rejects with the signal's reason when aborted on the way", async () => {
        const call = new AbortController();
        const reason = interruption();
        const read = async () => {
          for await (const run of stream(call.signal) ?? missing()) {
            expect(run.length).toBeGreaterThan(0);
            call.abort(reason);
          }
        };
        await expect(read()).rejects.toBe(reason);
      });

      test("speaks on after a reader has left its stream", async () => {
        const runs = (stream() ?? missing())[Symbol.asyncIterator]();
        await runs.next();
        await runs.return?.();
        expect(await runs.next()).toEqual({ done: true, value: undefined });
        expectSpoken(await tts().speak(sentence));
      });
    }

    test("can be closed twice, and opened again as a server does that starts again", async () => {
      const other = await make();
      await other.init?.();
      await other.close?.();
      await other.close?.();
      await other.init?.();
      expectSpoken(await other.speak(sentence));
      await other.close?.();
    });
  });
}

function missing(): never {
  throw new Error("there is no stream; say `streams: false`");
}
