import type { CallOptions } from "@metered/llmrtc-core";
import { WorkerPool, type RuntimeInfo } from "@metered/llmrtc-onnx";
import type { Lexicon } from "./hints.ts";

/** What the worker is asked to read. */
export interface ReadingInput {
  readonly text: string;
  readonly lexicon: Lexicon | undefined;
  readonly natural: boolean;
}

export interface PhonemizeOptions extends CallOptions {
  /** How words are to be said: a respelling (`"el el em"`) or phonemes (`"/tɹˈʌŋk/"`). */
  readonly lexicon?: Lexicon;
  /**
   * As the embedded voice reads: phone numbers, prices, addresses and technical words as people say
   * them. Default false: as hibari-tts 0.2.1 reads, which the voice was trained with.
   */
  readonly natural?: boolean;
}

let worker: WorkerPool<ReadingInput, string, RuntimeInfo> | undefined;

/**
 * How a text is pronounced: one string of phonemes (misaki's alphabet for American
 * English) per sentence; a sentence of more than 400 comes in several. Any string is fine; without
 * anything to say the list is empty. `[word](/phonemes/)` in the text is read as the phonemes say.
 *
 * The work is done in a thread of its own, which starts with the first call (0.3 to 2 s) and does not
 * keep the process alive.
 *
 * @throws {LLMRTCError} `MODEL_ERROR` when the dictionaries or the letter-to-sound net do not load
 * @example await phonemize("Hi there. How can I help?") // ["hˈI ðˈɛɹ.", "hˌW kæn ˌI hˈɛlp?"]
 */
export async function phonemize(
  text: string,
  { signal, lexicon, natural = false }: PhonemizeOptions = {},
): Promise<string[]> {
  worker ??= new WorkerPool({
    name: "hibari-text",
    entry: new URL("./worker.js", import.meta.url),
  });
  const sentences: string[] = [];
  for await (const phonemes of worker.stream({ text, lexicon, natural }, { signal }))
    sentences.push(phonemes);
  return sentences;
}
