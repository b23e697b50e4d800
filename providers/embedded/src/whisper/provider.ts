import {
  LLMRTCError,
  ProviderError,
  type CallOptions,
  type Pcm,
  type STTConfig,
  type STTProvider,
  type STTResult,
} from "@metered/llmrtc-core";
import {
  WorkerPool,
  type JobOptions,
  type RuntimeInfo,
  type RuntimeKind,
} from "@metered/llmrtc-onnx";
import type { Heard } from "./model.ts";
import { partsOf } from "./parts.ts";
import { readRecording } from "./recording.ts";
import { resultOf } from "./result.ts";
import { listen } from "./listen.ts";

export interface EmbeddedSTTOptions {
  /** Which engine runs the model. Default: `LLMRTC_ONNX`, else native where it is installed. */
  readonly runtime?: RuntimeKind | "auto";
  /** Worker threads, each with a model of its own (250 MB native, 480 MB wasm). Default 1. */
  readonly threads?: number;
}

/**
 * Speech to text that ships with us: Whisper tiny.en, English only, in worker threads. It needs no
 * key and no internet. One instance serves all calls; whose utterance has ended goes first.
 */
export class EmbeddedSTTProvider implements STTProvider {
  readonly name = "embedded/whisper-tiny.en";
  readonly streamingInputSampleRate = 16_000;
  readonly marksPauses = true;
  readonly #options: EmbeddedSTTOptions;
  readonly #threads: number;
  #pool: WorkerPool<Int16Array, Heard, RuntimeInfo>;
  #closed = false;
  #runtime: RuntimeInfo | undefined;

  constructor(options: EmbeddedSTTOptions = {}) {
    this.#options = options;
    this.#threads = options.threads ?? 1;
    this.#pool = this.#open();
  }

  /** Which engine runs the model and why; known after `init`. */
  get runtime(): RuntimeInfo | undefined {
    return this.#runtime;
  }

  /**
   * Loads and warms the model, also again after `close`.
   *
   * @throws {ProviderError} `STT_ERROR` when it cannot be loaded
   */
  async init(): Promise<void> {
    if (this.#closed) this.#pool = this.#open();
    this.#closed = false;
    this.#runtime = await this.#pool.ready().catch((cause: unknown) => {
      throw this.#failed(cause);
    });
  }

  /**
   * @param audio a WAV file of any rate and length, mono or stereo
   * @throws {LLMRTCError} `INVALID_AUDIO_FORMAT`; `INVALID_CONFIG` for a language but English
   * @throws {ProviderError} `STT_ERROR`
   */
  async transcribe(
    audio: Uint8Array,
    config: STTConfig = {},
    { signal }: CallOptions = {},
  ): Promise<STTResult> {
    mustBeEnglish(config);
    signal?.throwIfAborted();
    const heard: Heard[] = [];
    for (const part of partsOf(readRecording(audio))) {
      heard.push(await this.#hear(part, { signal }));
    }
    return resultOf(heard, true);
  }

  /**
   * Interim results come about once a second while the caller speaks and no other job waits, unless
   * `config.interimResults` is false, and at each pause that an empty run of `audio` marks. The final
   * one comes when `audio` has ended.
   *
   * @throws {LLMRTCError} `INVALID_CONFIG` for a language but English
   * @throws {ProviderError} `STT_ERROR`
   */
  async *transcribeStream(
    audio: AsyncIterable<Uint8Array>,
    config: STTConfig = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<STTResult, void, undefined> {
    mustBeEnglish(config);
    const options = {
      hear: (pcm: Pcm, job: JobOptions) => this.#hear(pcm, job),
      idle: () => this.#pool.size < this.#threads,
      interim: config.interimResults ?? true,
    };
    yield* listen(audio, options, signal);
  }

  /** Ends the workers. Calls are refused until `init`. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#pool.close();
  }

  #open(): WorkerPool<Int16Array, Heard, RuntimeInfo> {
    return new WorkerPool({
      name: "whisper",
      entry: new URL("./worker.js", import.meta.url),
      setup: { runtime: this.#options.runtime },
      threads: this.#threads,
    });
  }

  async #hear(pcm: Pcm, options: JobOptions): Promise<Heard> {
    if (isSilent(pcm)) return nothingHeard;
    const own = pcm.slice(); // a view would take its whole buffer along
    try {
      return await this.#pool.ask(own, { ...options, transfer: [own.buffer] });
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw this.#failed(cause);
    }
  }

  #failed(cause: unknown): ProviderError {
    const detail = cause instanceof Error ? cause.message : "failed";
    return new ProviderError("STT_ERROR", this.name, detail, { cause });
  }
}

const nothingHeard: Heard = { text: "", tokens: [], noSpeech: 1, averageLogProb: 0, frames: 0 };

/** Nobody speaks 66 dB below full scale; a muted microphone does not deserve a model run. */
function isSilent(pcm: Pcm): boolean {
  return pcm.every((sample) => sample > -16 && sample < 16);
}

function mustBeEnglish({ language = "en" }: STTConfig): void {
  if (/^en(-|$)/i.test(language)) return;
  throw new LLMRTCError("INVALID_CONFIG", `Whisper tiny.en hears English, not ${language}`);
}
