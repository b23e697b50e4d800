import { asciiDigits, isLetters, isLowerCase, isUpperCase } from "./characters.ts";
import type { Dictionary, Following, Usage } from "./dictionary.ts";
import { readInflected } from "./endings.ts";
import { readFunctionWord } from "./function-words.ts";
import { isNumeral, readCurrencyName, readNumeral } from "./read-number.ts";

/** A word as it stands in a sentence. */
export interface WordInContext {
  readonly text: string;
  /** Part of speech, a Penn Treebank tag. */
  readonly tag: string;
  /** The sign in front of the amount that this is. */
  readonly currency?: string | undefined;
  /** Whether it starts its word; behind a letter or hyphen digits are read in small groups. */
  readonly startsWord: boolean;
  readonly following: Following;
}

/** Phonemes of a word that the dictionaries, rules and numbers know; `undefined` for any other. */
export function readWord(dictionary: Dictionary, word: WordInContext): string | undefined {
  const text = asciiDigits(word.text.replace(/[‘’]/g, "'").normalize("NFKC"));
  const known = readKnownWord(dictionary, text, {
    tag: word.tag,
    stress: isLowerCase(text) ? undefined : isUpperCase(text) ? 2 : 0.5,
    following: word.following,
  });
  if (known !== undefined) {
    const currency = readCurrencyName(dictionary, word.currency ?? "");
    return currency === undefined ? known : `${known} ${currency}`;
  }
  if (!isNumeral(text, word.startsWord)) return undefined;
  return readNumeral(dictionary, { ...word, text });
}

function readKnownWord(dictionary: Dictionary, text: string, usage: Usage): string | undefined {
  const functionWord = readFunctionWord(dictionary, text, usage);
  if (functionWord !== undefined) return functionWord;
  const word = readsAsLowerCase(dictionary, text, usage) ? text.toLowerCase() : text;
  const listed = [word];
  if (word.endsWith("s'")) listed.push(`${word.slice(0, -2)}'s`);
  if (word.endsWith("'")) listed.push(word.slice(0, -1));
  const found = listed.find((candidate) => dictionary.knows(candidate));
  if (found !== undefined) return dictionary.lookUp(found, usage);
  return readInflected(dictionary, word, usage);
}

/** Whether a capitalized or shouted word is just the common word: not a short name, not an acronym. */
function readsAsLowerCase(dictionary: Dictionary, word: string, usage: Usage): boolean {
  if (word.length < 2 || isLowerCase(word) || !isLetters(word.replaceAll("'", ""))) return false;
  if (usage.tag === "NNP" && word.length <= 7) return false;
  if (!isUpperCase(word) && !isLowerCase(word.slice(1))) return false;
  if (dictionary.has(word)) return false;
  const lower = word.toLowerCase();
  return dictionary.has(lower) || readInflected(dictionary, lower, usage) !== undefined;
}
