import type { SpokenWord } from "../speaking/word-times.ts";
import type { CallOptions } from "./call.ts";

export type AudioContainer = "mp3" | "ogg" | "wav" | "pcm";

export interface TTSConfig {
  readonly voice?: string;
  readonly format?: AudioContainer;
  readonly model?: string;
  /**
   * How soon the first sample is needed, in milliseconds from now. A provider that serves several
   * callers from one queue works on the smallest first. Absent: 0, at once.
   */
  readonly dueInMs?: number;
  /**
   * Given to a provider that knows when its words sound: it calls this as it learns, in order, before or
   * with the sound of the words. Times count from the text's first sample. What a provider does not
   * tell is estimated from the sound.
   */
  readonly onWords?: (words: readonly SpokenWord[]) => void;
}

export interface TTSResult {
  readonly audio: Uint8Array;
  readonly format: AudioContainer;
  readonly raw?: unknown;
}

/** Text to speech. `speakStream` is used where it exists. */
export interface TTSProvider {
  readonly name: string;
  init?(): Promise<void>;
  speak(text: string, config?: TTSConfig, options?: CallOptions): Promise<TTSResult>;
  /** Runs of s16le mono samples at `pcmSampleRate`; a sample may be split between two runs. */
  speakStream?(text: string, config?: TTSConfig, options?: CallOptions): AsyncIterable<Uint8Array>;
  /** Samples per second of `speakStream` and of `speak` with `format: "pcm"`; 24_000 when absent. */
  readonly pcmSampleRate?: number;
  /**
   * Whether it reads `[word](/phonemes/)` as the phonemes say. Others are given the word alone.
   * Default false.
   */
  readonly pronunciationHints?: boolean;
  close?(): Promise<void>;
}
