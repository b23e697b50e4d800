import type { CallOptions } from "@metered/llmrtc-core";

/** Where the front end's tables come from; the names are the files of the model package. */
export interface TextFrontEndParts {
  /** Reads one file of the package `@metered/llmrtc-model-hibari-heart`, e.g. `vocab.json`. */
  readonly readFile: (name: string) => Promise<Uint8Array>;
  /**
   * Runs the letter-to-sound net `oov.onnx` once: its input `chars`, int64 `[1, L]` with L from 1 to
   * 24, given as the L letter ids; answers with its output `ids`, int64 `[1, T]`, as the T frame ids.
   * Called only for words that no dictionary knows, one at a time, and not again for a recent word.
   */
  readonly lettersToSounds: (chars: BigInt64Array) => Promise<ArrayLike<bigint | number>>;
}

/** A stretch of text that the acoustic model speaks in one go. */
export interface SpokenSentence {
  /** The sentence as written. An overlong sentence comes in several parts that all carry it. */
  readonly text: string;
  /** Phonemes in the model's alphabet (misaki's), at most about 400 characters. Never empty. */
  readonly phonemes: string;
  /** `phonemes` as ids of `vocab.json`, with 0 at both ends: the model's input `ids`. */
  readonly ids: readonly number[];
}

/** Text in, what the voice model reads out. One per worker thread; it holds no call's state. */
export interface TextFrontEnd {
  /**
   * Reads `text` sentence by sentence, each only when asked for. Any string is fine; one without
   * anything to say yields nothing.
   */
  sentences(text: string, options?: CallOptions): AsyncIterable<SpokenSentence>;
  /** Ids of a phoneme string, 0 at both ends; characters outside the vocabulary are left out. */
  ids(phonemes: string): readonly number[];
}
