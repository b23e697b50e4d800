import {
  encodeWav,
  LLMRTCError,
  PcmReader,
  ProviderError,
  type CallOptions,
  type TTSConfig,
  type TTSProvider,
  type TTSResult,
} from "@metered/llmrtc-core";
import { WorkerPool, type RuntimeInfo, type RuntimeKind } from "@metered/llmrtc-onnx";
import { sampleRate } from "./hibari/frames.ts";
import type { Lexicon } from "./hibari/text/hints.ts";
import { queueDueInMs, type SpeechInput, type VoiceSetup } from "./hibari/speech-job.ts";

export interface EmbeddedTTSOptions {
  /** Pace of the voice, 0.5 to 2. Default 1. */
  readonly speed?: number;
  /** Which engine runs the model. Default: `LLMRTC_ONNX`, else native where it is installed. */
  readonly runtime?: RuntimeKind | "auto";
  /**
   * How words are to be said, for all texts: a respelling (`{ LLMRTC: "el el em R T C" }`) or phonemes
   * (`{ trunk: "/tɹˈʌŋk/" }`, misaki's alphabet). Whole words, as they are written. A text can also
   * say it itself: `[word](/phonemes/)`.
   */
  readonly lexicon?: Lexicon;
}

const voice = "heart";

/**
 * Runs of up to 200 ms that may lie unread before synthesis waits for the reader: 1.6 s, enough to
 * outlast the busiest moments, so little that no speech is made minutes ahead of a slow reader.
 */
const unreadRuns = 8;

/**
 * American English speech from a model that ships with the package: hibari, voice "heart", 24 kHz.
 *
 * The model lives in one worker thread that serves all calls, and what is due first is made first
 * (`TTSConfig.dueInMs`). The thread starts at `init()` or with the first call, does not keep the
 * process alive while idle, and is replaced after a crash.
 */
export class EmbeddedTTSProvider implements TTSProvider {
  readonly name = "embedded/hibari-heart";
  readonly pcmSampleRate = sampleRate;
  readonly pronunciationHints = true;
  readonly #speed: number;
  readonly #setup: VoiceSetup;
  #worker: WorkerPool<SpeechInput, Uint8Array, RuntimeInfo>;
  #closed = false;
  #runtime: RuntimeInfo | undefined;

  /** @throws {LLMRTCError} `INVALID_CONFIG` when `speed` is out of range */
  constructor({ speed = 1, runtime, lexicon }: EmbeddedTTSOptions = {}) {
    if (!(speed >= 0.5 && speed <= 2)) {
      throw new LLMRTCError("INVALID_CONFIG", "hibari: speed must be 0.5 to 2");
    }
    this.#speed = speed;
    this.#setup = { runtime, lexicon };
    this.#worker = this.#open();
  }

  /** Which engine runs the model and why; known after `init`. */
  get runtime(): RuntimeInfo | undefined {
    return this.#runtime;
  }

  /**
   * Loads and warms the model, also again after `close`.
   *
   * @throws {ProviderError} `TTS_ERROR` when it cannot be loaded
   */
  async init(): Promise<void> {
    if (this.#closed) this.#worker = this.#open();
    this.#closed = false;
    this.#runtime = await this.#worker.ready().catch((error: unknown) => {
      throw this.#failure(error);
    });
  }

  /**
   * @param config `format`: `wav` (default) or `pcm`
   * @throws {ProviderError} `TTS_ERROR` when the voice broke
   * @throws {LLMRTCError} `INVALID_CONFIG` for another voice or format, `CLOSED` after `close`
   */
  async speak(text: string, config: TTSConfig = {}, options: CallOptions = {}): Promise<TTSResult> {
    const { format = "wav" } = config;
    if (format !== "wav" && format !== "pcm") {
      throw new LLMRTCError("INVALID_CONFIG", `hibari: no ${format}, only wav and pcm`);
    }
    const runs: Uint8Array[] = [];
    for await (const run of this.speakStream(text, config, options)) runs.push(run);
    const bytes = joined(runs);
    if (format === "pcm") return { audio: bytes, format };
    const pcm = new PcmReader().push(bytes);
    return { audio: encodeWav(pcm, { sampleRate, channels: 1 }), format };
  }

  /**
   * Runs of at most 200 ms, never empty; none at all when there is nothing to say. At most 1.6 s
   * of speech are made ahead of the reader. Throws as `speak`.
   */
  async *speakStream(
    text: string,
    config: TTSConfig = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<Uint8Array, void> {
    if (config.voice !== undefined && config.voice !== voice) {
      throw new LLMRTCError("INVALID_CONFIG", `hibari: the only voice is "${voice}"`);
    }
    const { dueInMs = 0 } = config;
    const continues = dueInMs > 0;
    const job = { signal, dueInMs: queueDueInMs({ dueInMs, continues }), window: unreadRuns };
    try {
      yield* this.#worker.stream({ text, speed: this.#speed, continues }, job);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#failure(error);
    }
  }

  /** Ends the worker. Calls that are under way, and all until `init`, reject with `CLOSED`. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#worker.close();
  }

  #open(): WorkerPool<SpeechInput, Uint8Array, RuntimeInfo> {
    const entry = new URL("./hibari/worker.js", import.meta.url);
    return new WorkerPool({ name: "hibari", entry, setup: this.#setup });
  }

  #failure(error: unknown): unknown {
    if (!(error instanceof LLMRTCError) || error.code !== "MODEL_ERROR") return error;
    return new ProviderError("TTS_ERROR", this.name, error.message, { cause: error });
  }
}

function joined(runs: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(runs.reduce((length, run) => length + run.length, 0));
  let at = 0;
  for (const run of runs) {
    bytes.set(run, at);
    at += run.length;
  }
  return bytes;
}
