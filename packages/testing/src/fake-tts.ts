import {
  bytesFromPcm,
  type CallOptions,
  type Clock,
  encodeWav,
  systemClock,
  type TTSConfig,
  type TTSProvider,
} from "@metered/llmrtc-core";
import { failsAt, hangsAt, type Mishap, mishapError } from "./mishap.ts";
import { tone, toneHertz } from "./tones.ts";
import { hang, wait } from "./waiting.ts";

export interface FakeTTSOptions extends Mishap {
  /** Wait before the first run of samples. Default 0. */
  readonly firstByteMs?: number;
  /** Length of the sound. Default 60 per character, about that of speech. */
  readonly msPerCharacter?: number;
  /** Time to make sound, as a share of its length: 0 (default) at once, 1 as slow as it plays. */
  readonly realTimeFactor?: number;
  /** Length of one run of samples. Default 100. */
  readonly runMs?: number;
  /** Default 24_000. */
  readonly sampleRate?: number;
  /** False: a provider without `speakStream`. Default true. */
  readonly streaming?: boolean;
  readonly name?: string;
  readonly clock?: Clock;
}

export interface FakeTTS extends TTSProvider {
  /** What it was asked to say, oldest first. */
  readonly said: readonly string[];
  /** The configurations that came with it. */
  readonly configs: readonly TTSConfig[];
  /** Pitch of a text's tone: each text has its own, in order of their first use from 400 Hz up. */
  hertzOf(text: string): number;
  /** The text of a tone that was heard. */
  textOf(hertz: number): string | undefined;
  /** Calls that run now. */
  readonly running: number;
  readonly isClosed: boolean;
}

/**
 * A voice that says each text as a tone of its own pitch, so that a recording proves which sentences
 * were heard and when: see {@link tonesIn}.
 */
export function fakeTTS(options: FakeTTSOptions = {}): FakeTTS {
  const { name = "fake/tts", firstByteMs = 0, msPerCharacter = 60, realTimeFactor = 0 } = options;
  const { runMs = 100, sampleRate = 24_000, clock = systemClock } = options;
  const said: string[] = [];
  const configs: TTSConfig[] = [];
  const texts: string[] = [];
  let running = 0;
  let isClosed = false;

  const hertzOf = (text: string): number => {
    if (!texts.includes(text)) texts.push(text);
    return toneHertz(texts.indexOf(text));
  };

  async function* runs(
    text: string,
    config: TTSConfig = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<Int16Array, void, undefined> {
    signal?.throwIfAborted();
    said.push(text);
    configs.push(config);
    const pcm = tone(hertzOf(text), text.length * msPerCharacter, sampleRate);
    const length = Math.round((runMs * sampleRate) / 1000);
    running++;
    try {
      for (let i = 0; ; i++) {
        if (hangsAt(options, i)) await hang(signal);
        if (i === 0) await wait(firstByteMs, clock, signal);
        if (failsAt(options, i)) throw mishapError(options, "TTS", name);
        const run = pcm.subarray(i * length, (i + 1) * length);
        if (run.length === 0) return;
        await wait((realTimeFactor * run.length * 1000) / sampleRate, clock, signal);
        yield run;
        signal?.throwIfAborted();
      }
    } finally {
      running--;
    }
  }

  async function* speakStream(text: string, config?: TTSConfig, callOptions?: CallOptions) {
    for await (const pcm of runs(text, config, callOptions)) yield bytesFromPcm(pcm);
  }

  return {
    name,
    said,
    configs,
    hertzOf,
    textOf: (hertz) => texts.find((text) => hertzOf(text) === hertz),
    get running() {
      return running;
    },
    get isClosed() {
      return isClosed;
    },
    pcmSampleRate: sampleRate,
    async speak(text, config, callOptions) {
      const samples: Int16Array[] = [];
      for await (const pcm of runs(text, config, callOptions)) samples.push(pcm);
      const pcm = Int16Array.from(samples.flatMap((run) => [...run]));
      return config?.format === "pcm"
        ? { audio: bytesFromPcm(pcm), format: "pcm" }
        : { audio: encodeWav(pcm, { sampleRate, channels: 1 }), format: "wav" };
    },
    ...(options.streaming === false ? {} : { speakStream }),
    async close() {
      isClosed = true;
    },
  };
}
