import type { CallOptions } from "@metered/llmrtc-core";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Dictionary } from "./dictionary.ts";
import { hintMark, hintTaker, type HintedText, type Lexicon, type TakeHints } from "./hints.ts";
import { JsonTable } from "./json-table.ts";
import { LettersToSounds, type LetterTable } from "./letters-to-sounds.ts";
import { splitLinks } from "./links.ts";
import { normalizer } from "./normalize.ts";
import { wordsOf, type TaggedToken } from "./parts.ts";
import { readWords } from "./read-words.ts";
import { techWords } from "./readings/tech-words.ts";
import type { ReadingTables, Rewrite } from "./rewrite.ts";
import { splitAtClauses, splitSentences } from "./sentences.ts";
import { Tagger } from "./tagger.ts";
import { SpecialCases, tokenize } from "./tokenize.ts";
import { readUnknownWord } from "./unknown-words.ts";

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
  /** Words of the user's own, for all texts. */
  readonly lexicon?: Lexicon | undefined;
}

export interface ReadingOptions extends CallOptions {
  /** Words of the user's own, for this text; they go before those of all texts. */
  readonly lexicon?: Lexicon | undefined;
  /**
   * Read phone numbers, prices, addresses, versions and technical words as people do, also where the
   * voice was trained on something else. Default true.
   */
  readonly natural?: boolean | undefined;
}

/** A stretch of text that the acoustic model speaks in one go. */
export interface SpokenSentence {
  /** The sentence as written. An overlong sentence comes in several parts that all carry it. */
  readonly text: string;
  /** Phonemes in the model's alphabet (misaki's), 1 to 400 characters. */
  readonly phonemes: string;
  /** `phonemes` as ids of `vocab.json`, with 0 at both ends: the model's input `ids`. */
  readonly ids: readonly number[];
}

/** Text in, what the voice model reads out. One per worker thread; it holds no call's state. */
export interface TextFrontEnd {
  /**
   * Reads `text` sentence by sentence, each only when asked for. Any string is fine; one without
   * anything to say yields nothing. `[word](/phonemes/)` is read as the phonemes say.
   *
   * @throws what the letter-to-sound net throws; the next call starts afresh
   */
  sentences(text: string, options?: ReadingOptions): AsyncGenerator<SpokenSentence>;
  /** Ids of a phoneme string, 0 at both ends; characters outside the vocabulary are left out. */
  ids(phonemes: string): readonly number[];
}

/** Reads the tables (about 10 MB unpacked, kept as bytes) and prepares the rules: some 200 ms. */
export async function loadTextFrontEnd(parts: TextFrontEndParts): Promise<TextFrontEnd> {
  const json = async (name: string) => {
    const bytes = await parts.readFile(name);
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  };
  const table = async (name: string) => new JsonTable(await unpack(await parts.readFile(name)));

  // One after the other, so that no two are held packed and unpacked at once.
  const gold = await table("lexicon_us_gold.json.gz");
  const silver = await table("lexicon_us_silver.json.gz");
  const tagger = new Tagger(await table("tagger.json.gz"));
  const readings = (await json("normalize.json")) as ReadingTables;
  const special = (await json("tokenizer_exceptions.json")) as Record<string, string[]>;
  const letterTable = (await json("oov.json")) as LetterTable;
  const vocabulary = (await json("vocab.json")) as Record<string, number>;

  return new HibariFrontEnd({
    lexicon: parts.lexicon ?? {},
    dictionary: new Dictionary({ gold, silver }),
    tagger,
    natural: normalizer(readings, { natural: true }),
    asTrained: normalizer(readings, { natural: false }),
    titles: new Set(Object.keys(readings.titles)),
    special: new SpecialCases(special),
    letters: new LettersToSounds(letterTable, parts.lettersToSounds),
    vocabulary: new Map(Object.entries(vocabulary)),
  });
}

interface Stages {
  readonly lexicon: Lexicon;
  readonly dictionary: Dictionary;
  readonly tagger: Tagger;
  readonly natural: Rewrite;
  readonly asTrained: Rewrite;
  readonly titles: ReadonlySet<string>;
  readonly special: SpecialCases;
  readonly letters: LettersToSounds;
  readonly vocabulary: ReadonlyMap<string, number>;
}

class HibariFrontEnd implements TextFrontEnd {
  readonly #stages: Stages;
  readonly #takeHints: TakeHints;

  constructor(stages: Stages) {
    this.#stages = stages;
    this.#takeHints = hintTaker({ ...techWords, ...stages.lexicon });
  }

  async *sentences(
    text: string,
    { signal, lexicon, natural = true }: ReadingOptions = {},
  ): AsyncGenerator<SpokenSentence> {
    const { natural: asPeopleDo, asTrained } = this.#stages;
    const normalize = natural ? asPeopleDo : asTrained;
    const takeHints =
      lexicon === undefined && natural
        ? this.#takeHints
        : hintTaker({ ...(natural && techWords), ...this.#stages.lexicon, ...lexicon });
    for (const sentence of splitSentences(text, this.#stages.titles)) {
      signal?.throwIfAborted();
      const whole = await this.#read(takeHints(sentence), normalize, signal);
      if (whole === "") continue;
      for (const phonemes of splitAtClauses(whole)) {
        yield { text: sentence, phonemes, ids: this.ids(phonemes) };
      }
    }
  }

  ids(phonemes: string): readonly number[] {
    const known = Array.from(phonemes, (phoneme) => this.#stages.vocabulary.get(phoneme));
    return [0, ...known.filter((id) => id !== undefined), 0];
  }

  async #read(
    { text, hints }: HintedText,
    normalize: Rewrite,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { dictionary, letters } = this.#stages;
    const words = wordsOf(this.#tokens({ text: normalize(text), hints }));
    const unknown = (word: string) => readUnknownWord(word, { dictionary, letters, signal });
    return (await readWords(words, { dictionary, unknown })).trim();
  }

  #tokens({ text, hints }: HintedText): TaggedToken[] {
    const stretches = text.split(hintMark);
    return stretches.flatMap((stretch, i) => {
      const hint = hints[i];
      const tokens = this.#tokensWithoutHints(stretch);
      if (hint === undefined) return tokens;
      const spaced = stretches[i + 1]?.startsWith(" ") ?? false;
      return [...tokens, { text: hint.word, tag: "NN", spaced, phonemes: hint.phonemes }];
    });
  }

  #tokensWithoutHints(text: string): TaggedToken[] {
    const { special, tagger } = this.#stages;
    const spans = splitLinks(text);
    return spans.flatMap(({ text: span, isLink, phonemes }, i) => {
      if (isLink) {
        const spaced = spans[i + 1]?.text.startsWith(" ") ?? false;
        return [{ text: span, tag: "NN", spaced, phonemes }];
      }
      const tokens = tokenize(span, special);
      const tags = tagger.tag(tokens.map((token) => token.text));
      return tokens.map((token, j) => ({ ...token, tag: tags[j] ?? "NN" }));
    });
  }
}

/** Unpacks gzip in one piece: its trailer says how long the content is. */
async function unpack(packed: Uint8Array): Promise<Uint8Array> {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const size = view.getUint32(packed.byteLength - 4, true);
  return await promisify(gunzip)(packed, { chunkSize: size + 64 });
}
