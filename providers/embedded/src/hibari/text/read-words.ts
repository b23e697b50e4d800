import { isLowerCase } from "./characters.ts";
import type { Dictionary, Following } from "./dictionary.ts";
import { isTo } from "./function-words.ts";
import { readWord } from "./lexicon.ts";
import type { Part, Word } from "./parts.ts";
import { joinPieces, type Piece } from "./compound.ts";
import { isConsonant, isVowel } from "./stress.ts";

/** Reads a word that neither dictionary nor rules know. */
export type ReadUnknown = (word: string) => Promise<string>;

/** What the reading of words rests on. */
export interface ReadingSources {
  readonly dictionary: Dictionary;
  readonly unknown: ReadUnknown;
}

/** Marks that may stand between parts of a word without being read. */
const silent = /^['‘’,\-._/]*$/;
/** Dictionary entries have at most 13 parts ("what-you-see-is-what-you-get"). */
const mostParts = 16;
/** What entries, numerals and symbols are made of; saves looking up what cannot be there. */
const mayBeOneWord = /^(?:[\p{L}'‘’.-]{1,48}|-?[\p{N},.…]+[a-z'‘’]*|[%&+@][s'‘’]*)$/u;

/**
 * Phonemes of a sentence's words. They are read from the last to the first, because "the", "to" and
 * others depend on the sound that comes next.
 */
export async function readWords(words: readonly Word[], sources: ReadingSources): Promise<string> {
  const said: string[] = [];
  let following: Following = { vowel: undefined, to: false };
  for (const word of words.toReversed()) {
    const [part, ...others] = word;
    if (part === undefined) continue;
    const read =
      others.length === 0
        ? await readSingle(part, following, sources)
        : await readCompound(word, following, sources);
    following = read.following;
    said.push(
      read.phonemes.replaceAll("ɾ", "T").replaceAll("ʔ", "t") + (word.at(-1)?.spaced ? " " : ""),
    );
  }
  return said.reverse().join("");
}

interface Read {
  readonly phonemes: string;
  /** What the word before this one is followed by. */
  readonly following: Following;
}

async function readSingle(
  part: Part,
  following: Following,
  { dictionary, unknown }: ReadingSources,
): Promise<Read> {
  const phonemes =
    part.phonemes ??
    readWord(dictionary, { ...part, startsWord: !part.continues, following }) ??
    (await unknown(part.text));
  return { phonemes, following: followedBy(following, phonemes, part) };
}

/**
 * Reads parts together: from the right, the longest run that is known as a whole. If there is a part
 * that is not, the whole word is unknown.
 */
async function readCompound(
  word: Word,
  following: Following,
  { dictionary, unknown }: ReadingSources,
): Promise<Read> {
  const text = textOf(word);
  const pieces: Piece[] = [];
  let next = following;
  for (let right = word.length; right > 0;) {
    const run = longestKnownRun(word, right, next, dictionary);
    if (run !== undefined) {
      next = followedBy(next, run.phonemes, run);
      pieces.push({ text: run.parts[0]?.text ?? "", phonemes: run.phonemes });
      right -= run.parts.length;
    } else if (silent.test(word[right - 1]?.text ?? "")) {
      right--;
    } else {
      return { phonemes: await unknown(text), following: next };
    }
  }
  return { phonemes: joinPieces(text, pieces.reverse()), following: next };
}

interface KnownRun {
  readonly parts: Word;
  readonly text: string;
  readonly tag: string;
  readonly phonemes: string;
}

/** The longest run of parts that ends before `end` and can be read as one. */
function longestKnownRun(
  word: Word,
  end: number,
  following: Following,
  dictionary: Dictionary,
): KnownRun | undefined {
  const longest = word.slice(Math.max(0, end - mostParts), end);
  for (let start = 0; start < longest.length; start++) {
    const parts = longest.slice(start);
    const text = textOf(parts);
    if (parts.length > 1 && !mayBeOneWord.test(text)) continue;
    const tag = tagOf(parts);
    const currency = parts.map((part) => part.currency ?? "").reduce((a, b) => (a > b ? a : b));
    const startsWord = parts[0]?.continues !== true;
    const phonemes = readWord(dictionary, { text, tag, currency, startsWord, following });
    if (phonemes !== undefined) return { parts, text, tag, phonemes };
  }
  return undefined;
}

function textOf(parts: Word): string {
  return parts.map((part) => part.text).join("");
}

/** The tag of the part with the most letters, capitals counting twice; of equals the first. */
function tagOf(parts: Word): string {
  const weightOf = ({ text }: Part) =>
    Array.from(text).reduce((sum, c) => sum + (isLowerCase(c) ? 1 : 2), 0);
  return parts.reduce((best, part) => (weightOf(part) > weightOf(best) ? part : best)).tag;
}

/** What the word before `word` is followed by; a word without sound leaves the sound behind it. */
function followedBy(
  following: Following,
  phonemes: string,
  word: { readonly text: string; readonly tag: string },
): Following {
  const to = isTo(word.text, word.tag);
  for (const sound of phonemes) {
    if (/[;:,.!?—…]/.test(sound)) return { vowel: undefined, to };
    if (isVowel(sound)) return { vowel: true, to };
    if (isConsonant(sound)) return { vowel: false, to };
  }
  return { vowel: following.vowel, to };
}
