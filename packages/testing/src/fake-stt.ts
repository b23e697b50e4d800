import {
  type CallOptions,
  type Clock,
  type STTConfig,
  type STTProvider,
  type STTResult,
  systemClock,
} from "@metered/llmrtc-core";
import { failsAt, hangsAt, type Mishap, mishapError } from "./mishap.ts";
import { hang, wait } from "./waiting.ts";

export interface FakeSTTOptions extends Mishap {
  /** What every utterance is heard as. Default "hello". */
  readonly text?: string;
  /** One text for each utterance in turn; then the last one again and again. Instead of `text`. */
  readonly script?: readonly string[];
  /** Wait between the end of the utterance and its text. Default 0. */
  readonly delayMs?: number;
  /** Has `transcribeStream`, which adds one word for each 200 ms of sound. Default false. */
  readonly streaming?: boolean;
  readonly streamingInputSampleRate?: number;
  readonly name?: string;
  readonly clock?: Clock;
}

export interface FakeSTT extends STTProvider {
  /** What it was given, oldest first: a WAV file, or the samples of a stream. */
  readonly utterances: readonly Uint8Array[];
  /** Calls that run now. */
  readonly running: number;
  readonly isClosed: boolean;
}

const msPerWord = 200;

/** Speech to text that hears what the test wants, whatever was said. */
export function fakeSTT(options: FakeSTTOptions = {}): FakeSTT {
  const { name = "fake/stt", text = "hello", script, delayMs = 0, clock = systemClock } = options;
  const { streamingInputSampleRate } = options;
  const utterances: Uint8Array[] = [];
  let calls = 0;
  let running = 0;
  let isClosed = false;
  const nextText = (): string => script?.[Math.min(++calls, script.length) - 1] ?? text;

  async function finish(words: string, results: number, signal?: AbortSignal): Promise<STTResult> {
    if (hangsAt(options, results)) await hang(signal);
    await wait(delayMs, clock, signal);
    if (failsAt(options, results)) throw mishapError(options, "STT", name);
    return { text: words, isFinal: true };
  }

  async function* transcribeStream(
    audio: AsyncIterable<Uint8Array>,
    config: STTConfig = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<STTResult, void, undefined> {
    signal?.throwIfAborted();
    const final = nextText();
    const words = final.split(/\s+/u);
    const bytesPerWord = ((streamingInputSampleRate ?? 16_000) * 2 * msPerWord) / 1000;
    const heard: number[] = [];
    let results = 0;
    running++;
    try {
      for await (const bytes of audio) {
        signal?.throwIfAborted();
        heard.push(...bytes);
        const count = Math.min(words.length - 1, Math.floor(heard.length / bytesPerWord));
        if (config.interimResults === false || count <= results) continue;
        if (hangsAt(options, results)) await hang(signal);
        if (failsAt(options, results)) throw mishapError(options, "STT", name);
        results = count;
        yield { text: words.slice(0, count).join(" "), isFinal: false };
      }
      yield await finish(final, results, signal);
    } finally {
      running--;
      utterances.push(Uint8Array.from(heard));
    }
  }

  return {
    name,
    utterances,
    get running() {
      return running;
    },
    get isClosed() {
      return isClosed;
    },
    async transcribe(audio, _config, { signal } = {}) {
      signal?.throwIfAborted();
      utterances.push(audio);
      running++;
      try {
        return await finish(nextText(), 0, signal);
      } finally {
        running--;
      }
    },
    ...(options.streaming ? { transcribeStream } : {}),
    ...(streamingInputSampleRate === undefined ? {} : { streamingInputSampleRate }),
    async close() {
      isClosed = true;
    },
  };
}
