import { isLetters, wordLetter as letter } from "./characters.ts";
import { isCurrencySign } from "./read-number.ts";

/** A token with its part of speech. */
export interface TaggedToken {
  readonly text: string;
  readonly tag: string;
  /** Whether a blank follows. */
  readonly spaced: boolean;
  /** Set where the text itself gives the phonemes. */
  readonly phonemes?: string | undefined;
}

/** A stretch of a token that is looked up on its own if need be: `camel`, `Case`, `42`, `-`. */
export interface Part {
  readonly text: string;
  readonly tag: string;
  readonly spaced: boolean;
  /** Not the first of its word. */
  readonly continues: boolean;
  /** The sign in front of the amount that this is. */
  readonly currency?: string | undefined;
  /** Set where it is no word but a mark, or the text itself gives the phonemes. */
  readonly phonemes?: string | undefined;
}

/** Parts with nothing between them, read together where the dictionary knows them together. */
export type Word = readonly Part[];

const upper = "A-ZÀ-ÖØ-Þ";
const lower = "a-zß-öø-ÿ";
const subtoken = new RegExp(
  [
    "^['‘’]+",
    `[${upper}](?=[${upper}][${lower}])`,
    String.raw`(?:^-)?(?:\p{Nd}?[,.]?\p{Nd})+`,
    "[-_]+",
    "['‘’]{2,}",
    `${letter}*?(?:['‘’]${letter})*?[${lower}](?=[${upper}])`,
    `${letter}+(?:['‘’]${letter})*`,
    String.raw`[^\p{L}\p{N}_\-'‘’]`,
    "['‘’]+$",
  ].join("|"),
  "gu",
);

const marks = /[;:,.!?—…"“”]/gu;
const markTags = new Set([".", ",", "-LRB-", "-RRB-", "``", '""', "''", ":", "$", "#", "NFP"]);
const markPhonemes = new Map([
  ["-LRB-", "("],
  ["-RRB-", ")"],
  ["``", "“"],
  ['""', "”"],
  ["''", "”"],
]);

function phonemesOfMark(text: string, tag: string): string | undefined {
  if (tag === ":" && (text === "-" || text === "–")) return "—";
  if (!markTags.has(tag) || /^[a-zA-Z]*$/.test(text)) return undefined;
  return markPhonemes.get(tag) ?? (text.match(marks) ?? []).join("");
}

/** Cuts tokens into parts and gathers those that no blank or mark divides into words. */
export function wordsOf(tokens: readonly TaggedToken[]): Word[] {
  const words: Part[][] = [];
  let joinable = false;
  for (const { part, standsAlone } of partsOf(tokens)) {
    const last = words.at(-1);
    if (joinable && !standsAlone && last !== undefined) last.push({ ...part, continues: true });
    else words.push([part]);
    joinable = !standsAlone && !part.spaced;
  }
  return words;
}

interface CutPart {
  readonly part: Part;
  /** It joins no neighbour, even without a blank between. */
  readonly standsAlone: boolean;
}

function* partsOf(tokens: readonly TaggedToken[]): Generator<CutPart> {
  let currency: string | undefined;
  for (const [i, token] of tokens.entries()) {
    const { tag } = token;
    const texts = token.phonemes === undefined ? (token.text.match(subtoken) ?? []) : [token.text];
    for (const [j, text] of texts.entries()) {
      const isLast = j === texts.length - 1;
      const part: Part = { text, tag, spaced: isLast && token.spaced, continues: false };
      const phonemes = token.phonemes ?? phonemesOfMark(text, tag);
      if (token.phonemes === undefined && tag === "$" && isCurrencySign(text)) {
        currency = text;
        yield { part: { ...part, phonemes: "" }, standsAlone: true };
      } else if (phonemes !== undefined) {
        yield { part: { ...part, phonemes }, standsAlone: true };
      } else if (currency !== undefined) {
        if (tag !== "CD") currency = undefined;
        const isPrice = currency !== undefined && isLast && tokens[i + 1]?.tag !== "CD";
        yield { part: isPrice ? { ...part, currency } : part, standsAlone: false };
      } else if (
        text === "2" &&
        isLetters((texts[j - 1]?.at(-1) ?? "-") + (texts[j + 1]?.[0] ?? "-"))
      ) {
        yield { part: { ...part, text: "to" }, standsAlone: true };
      } else yield { part, standsAlone: false };
    }
  }
}
