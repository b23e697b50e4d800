import type { CallOptions } from "./call.ts";

export interface STTConfig {
  /** BCP 47 tag, e.g. `en`. */
  readonly language?: string;
  /** Ask for interim results where the provider has them. */
  readonly interimResults?: boolean;
  readonly model?: string;
}

/** What was said. An interim result (`isFinal: false`) is replaced by the next one. */
export interface STTResult {
  /** Empty when nothing was said: noise, a cough, silence. */
  readonly text: string;
  readonly isFinal: boolean;
  /** An interim result that answers a pause mark: all that was said up to it. */
  readonly atPause?: boolean;
  /** 0 to 1. */
  readonly confidence?: number;
  readonly raw?: unknown;
}

/** Speech to text. */
export interface STTProvider {
  readonly name: string;
  init?(): Promise<void>;
  /** @param audio a WAV file: 16-bit PCM, 16 kHz, mono */
  transcribe(audio: Uint8Array, config?: STTConfig, options?: CallOptions): Promise<STTResult>;
  /**
   * Reads the caller's voice as it comes and yields interim results and, when `audio` has ended, one
   * final result.
   *
   * @param audio runs of s16le mono samples at `streamingInputSampleRate`; with `marksPauses` also
   * empty runs
   */
  transcribeStream?(
    audio: AsyncIterable<Uint8Array>,
    config?: STTConfig,
    options?: CallOptions,
  ): AsyncIterable<STTResult>;
  /** Samples per second that `transcribeStream` wants; 16_000 when absent. */
  readonly streamingInputSampleRate?: number;
  /**
   * An empty run tells `transcribeStream` that the caller has fallen silent, and it answers soon with
   * an interim result `atPause`. It helps to see whether the caller has finished, and becomes the final
   * text if he has.
   */
  readonly marksPauses?: boolean;
  close?(): Promise<void>;
}
