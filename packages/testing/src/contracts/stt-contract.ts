import {
  bytesFromPcm,
  decodeWav,
  encodeWav,
  microphoneFormat,
  type Pcm,
  Resampler,
  type STTProvider,
} from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";
import { callerSound } from "../caller.ts";
import { collect, interruption, shared } from "./lifetime.ts";

export interface STTContractOptions {
  /** A WAV file, 16 kHz mono, with speech. Default the buzz of a scripted caller. */
  readonly speech?: Uint8Array;
  /** What the text of it must match. Default: anything but nothing. */
  readonly expected?: RegExp;
  /** Whether it tells silence from speech: no text for two seconds of nothing. Default true. */
  readonly hearsSilence?: boolean;
  /** Whether it has a stream; without one, nothing is asked of it. Default true. */
  readonly streams?: boolean;
}

/** What every speech to text must do, whoever makes it. Each provider's tests call this once. */
export function sttContract(
  name: string,
  make: () => STTProvider | Promise<STTProvider>,
  options: STTContractOptions = {},
): void {
  const { expected = /\S/u, hearsSilence = true, streams = true } = options;
  const speech = options.speech ?? encodeWav(callerSound([{ speakMs: 1500 }]), microphoneFormat);

  describe(`${name} keeps the STT contract`, () => {
    const stt = shared(make);
    /** The speech as a live stream in the provider's rate, in runs of 20 ms. */
    const live = (): AsyncIterable<Uint8Array> => {
      const rate = stt().streamingInputSampleRate ?? microphoneFormat.sampleRate;
      return runs(atRate(decodeWav(speech).pcm, rate), rate / 50);
    };

    test("has a name", () => {
      expect(stt().name).not.toBe("");
    });

    test("hears what was said", async () => {
      const result = await stt().transcribe(speech);
      expect(result.isFinal).toBe(true);
      expect(result.text).toMatch(expected);
    });

    if (hearsSilence) {
      test("hears nothing in silence", async () => {
        const wav = encodeWav(new Int16Array(32_000), microphoneFormat);
        expect((await stt().transcribe(wav)).text).toBe("");
      });
    }

    test("hears several callers at once", async () => {
      const results = await Promise.all([1, 2, 3].map(() => stt().transcribe(speech)));
      for (const { text } of results) expect(text).toMatch(expected);
    });

    test("rejects with the signal's reason when aborted before it starts", async () => {
      const reason = interruption();
      const signal = AbortSignal.abort(reason);
      await expect(stt().transcribe(speech, {}, { signal })).rejects.toBe(reason);
      const results = stt().transcribeStream?.(live(), {}, { signal });
      if (results) await expect(collect(results)).rejects.toBe(reason);
    });

    if (streams) {
      test("streams interim results and then one final one", async () => {
        const results = await collect(stt().transcribeStream?.(live()) ?? missing());
        expect(results.map(({ isFinal }) => isFinal)).toEqual(
          results.map((_, i) => i === results.length - 1),
        );
        expect(results.at(-1)?.text).toMatch(expected);
      });

      test("rejects with the signal's reason when aborted in the stream", async () => {
        const call = new AbortController();
        const reason = interruption();
        const audio = async function* () {
          yield* live();
          call.abort(reason);
        };
        const results = stt().transcribeStream?.(audio(), {}, { signal: call.signal }) ?? missing();
        await expect(collect(results)).rejects.toBe(reason);
      });

      test("a microphone that breaks breaks the stream", async () => {
        const audio = async function* () {
          yield* live();
          throw new Error("unplugged");
        };
        await expect(collect(stt().transcribeStream?.(audio()) ?? missing())).rejects.toThrow();
      });
    }

    test("can be closed twice, and opened again as a server does that starts again", async () => {
      const other = await make();
      await other.init?.();
      await other.close?.();
      await other.close?.();
      await other.init?.();
      expect((await other.transcribe(speech)).text).toMatch(expected);
      await other.close?.();
    });
  });
}

function atRate(pcm: Pcm, rate: number): Pcm {
  const resampler = new Resampler(microphoneFormat.sampleRate, rate);
  return Int16Array.of(...resampler.process(pcm), ...resampler.flush());
}

async function* runs(pcm: Pcm, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < pcm.length; at += size) yield bytesFromPcm(pcm.subarray(at, at + size));
}

function missing(): never {
  throw new Error("there is no stream; say `streams: false`");
}
