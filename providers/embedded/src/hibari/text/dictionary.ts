import { capitalize, isLowerCase, isUpperCase } from "./characters.ts";
import type { JsonTable } from "./json-table.ts";
import { applyStress, primary, secondary } from "./stress.ts";

/** What follows a word, which some pronunciations depend on. */
export interface Following {
  /** Whether the next sound is a vowel; `undefined` at a pause or the end. */
  readonly vowel: boolean | undefined;
  /** Whether the next word is "to". */
  readonly to: boolean;
}

/** How a word is used. */
export interface Usage {
  /** Part of speech, a Penn Treebank tag. */
  readonly tag?: string | undefined;
  /** Change of stress, on the scale of {@link applyStress}. */
  readonly stress?: number | undefined;
  readonly following?: Following | undefined;
}

/** One pronunciation, or one per part of speech; `null` there says: spell it. */
type Entry = string | Readonly<Record<string, string | null>>;

const symbols = new Map([
  ["%", "percent"],
  ["&", "and"],
  ["+", "plus"],
  ["@", "at"],
]);

/** The word that a lone symbol is read as. */
export function symbolWord(text: string): string | undefined {
  return symbols.get(text);
}

export function partOfSpeech(tag: string | undefined): string | undefined {
  if (tag?.startsWith("VB")) return "VERB";
  if (tag?.startsWith("NN")) return "NOUN";
  if (tag?.startsWith("RB") || tag?.startsWith("ADV")) return "ADV";
  if (tag?.startsWith("JJ") || tag?.startsWith("ADJ")) return "ADJ";
  return tag;
}

/** The two word lists: gold is checked by hand and knows parts of speech, silver is not and does not. */
export class Dictionary {
  readonly #gold: JsonTable;
  readonly #silver: JsonTable;

  constructor(tables: { readonly gold: JsonTable; readonly silver: JsonTable }) {
    this.#gold = tables.gold;
    this.#silver = tables.silver;
  }

  inGold(word: string): boolean {
    return find(this.#gold, word) !== undefined;
  }

  /** Whether either list has the word as written. */
  has(word: string): boolean {
    return this.inGold(word) || find(this.#silver, word) !== undefined;
  }

  /** Whether {@link lookUp} has an answer for `word`: listed, a symbol, or letters to be spelled. */
  knows(word: string): boolean {
    if (this.has(word) || symbols.has(word)) return true;
    if (!/^[A-Za-z]+$/.test(word)) return false;
    if (word.length === 1) return true;
    if (isUpperCase(word) && this.inGold(word.toLowerCase())) return true;
    return isUpperCase(word.slice(1));
  }

  /** Phonemes of a word that {@link knows} accepts, in the given usage. */
  lookUp(word: string, { tag, stress, following }: Usage = {}): string | undefined {
    const shouted = isUpperCase(word) && !this.inGold(word);
    const listed = shouted ? word.toLowerCase() : word;
    const isName = shouted && tag === "NNP";
    const entry = find(this.#gold, listed) ?? (isName ? undefined : find(this.#silver, listed));
    const phonemes = typeof entry === "object" ? choose(entry, tag, following) : entry;
    if (phonemes === undefined || (isName && !phonemes.includes(primary))) {
      const spelled = this.spell(listed);
      if (spelled !== undefined) return spelled;
    }
    return phonemes === undefined ? undefined : applyStress(phonemes, stress);
  }

  /** Letter by letter, the last one stressed; `undefined` if one of the letters has no name. */
  spell(word: string): string | undefined {
    const names: string[] = [];
    for (const letter of word.match(/\p{L}/gu) ?? []) {
      const name = find(this.#gold, letter.toUpperCase());
      if (typeof name !== "string") return undefined;
      names.push(name);
    }
    const spelled = applyStress(names.join(""), 0);
    const last = spelled.lastIndexOf(secondary);
    return last === -1 ? spelled : spelled.slice(0, last) + primary + spelled.slice(last + 1);
  }
}

/** A lower-case key also answers for the capitalized word, and the reverse, unless that is listed too. */
function find(table: JsonTable, word: string): Entry | undefined {
  const entry = table.get(word) as Entry | undefined;
  if (entry !== undefined || word.length < 2) return entry;
  const capitalized = capitalize(word);
  if (isLowerCase(word)) {
    return capitalized === word ? undefined : (table.get(capitalized) as Entry | undefined);
  }
  return word === capitalized ? (table.get(word.toLowerCase()) as Entry | undefined) : undefined;
}

function choose(
  entry: Readonly<Record<string, string | null>>,
  tag: string | undefined,
  following: Following | undefined,
): string | undefined {
  const atPause = following !== undefined && following.vowel === undefined;
  const keys = [atPause ? "None" : undefined, tag, partOfSpeech(tag), "DEFAULT"];
  const key = keys.find((candidate) => candidate !== undefined && Object.hasOwn(entry, candidate));
  return (key === undefined ? undefined : entry[key]) ?? undefined;
}
