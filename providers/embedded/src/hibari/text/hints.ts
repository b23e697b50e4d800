import { anyOf } from "./characters.ts";
import { withS } from "./endings.ts";
import { rewrite } from "./rewrite.ts";

/** Stands in a sentence where a hint was, so that no rewrite touches the phonemes. */
export const hintMark = "\uE000";

const hint = String.raw`\[([^\][\n]{1,100})\]\(/([^/()\n]{1,400})/\)`;

/** How words are to be said: in other letters, or as phonemes between slashes. */
export type Lexicon = Readonly<Record<string, string>>;

/** A sentence without its hints: a {@link hintMark} for each, and what each says. */
export interface HintedText {
  readonly text: string;
  readonly hints: readonly { readonly word: string; readonly phonemes: string }[];
}

/** Takes the hints out of a sentence, those that it has and those that the lexicon gives. */
export type TakeHints = (sentence: string) => HintedText;

/**
 * `[word](/phonemes/)` is a hint. So is a word of `lexicon` whose entry is `/phonemes/`; another
 * entry is read in place of its word. Words count as written, and as whole words, also before `'s`.
 */
export function hintTaker(lexicon: Lexicon = {}): TakeHints {
  const entries = new Map(Object.entries(lexicon).filter(([word]) => word.trim() !== ""));
  const words =
    entries.size === 0
      ? ""
      : String.raw`|(?<![\p{L}\p{N}_])(${anyOf(entries.keys())})(['’]s)?(?![\p{L}\p{N}_])`;
  const pattern = new RegExp(hint + words, "gu");

  return (sentence) => {
    const hints: { word: string; phonemes: string }[] = [];
    const mark = (word: string, phonemes: string): string => {
      hints.push({ word, phonemes });
      return hintMark;
    };
    const marked = rewrite(pattern, ([, label, sounds, word = "", genitive = ""]) => {
      if (label !== undefined && sounds !== undefined) return mark(label, sounds);
      const entry = entries.get(word) ?? "";
      const phonemes = phonemesOf(entry);
      if (phonemes === undefined) return entry.replaceAll(hintMark, "") + genitive;
      return mark(word, genitive === "" ? phonemes : withS(phonemes));
    });
    return { text: marked(sentence.replaceAll(hintMark, "")), hints };
  };
}

function phonemesOf(entry: string): string | undefined {
  return /^\/[^/]+\/$/u.test(entry) ? entry.slice(1, -1) : undefined;
}

const anyHint = new RegExp(hint, "gu");

/** The same length without a place to cut: for finding the ends of sentences. */
export function maskHints(text: string): string {
  return text.replace(anyHint, (written) => hintMark.repeat(written.length));
}
