import { anyOf, wordCharacter, wordEnd, wordStart } from "./characters.ts";
import { ordinal } from "./number-words.ts";
import { rewrite, type ReadingTables, type Rewrite } from "./rewrite.ts";

/** Before a capital: `St. Paul` → `Saint Paul`. */
export function titles(table: ReadingTables["titles"]): Rewrite {
  const names = new Map(Object.entries(table));
  return rewrite(
    new RegExp(String.raw`${wordStart}(${anyOf(names.keys())})\.? (?=[A-Z])`, "gu"),
    ([, title = ""]) => `${names.get(title) ?? title} `,
  );
}

/** `approx.` → `approximately`. A full stop at the very end also ends the sentence. */
export function abbreviations(table: ReadingTables["abbreviations"]): Rewrite[] {
  const names = new Map(Object.entries(table));
  // Before a number they are read further up; elsewhere "no." is the word at the end of a sentence.
  for (const word of ["no.", "nos."]) names.delete(word);
  const inFull = rewrite(
    new RegExp(String.raw`(?<![\p{L}\p{N}_.])(${anyOf(names.keys())})${wordEnd}`, "gu"),
    ({ 0: written, index, input }) => {
      const endsText = index + written.length === input.length && written.endsWith(".");
      return (names.get(written) ?? written) + (endsText ? "." : "");
    },
  );
  const number = rewrite(
    new RegExp(String.raw`${wordStart}(No|Nos)\. ?(?=\d)`, "gu"),
    ([, word]) => (word === "No" ? "Number " : "Numbers "),
  );
  const hash = rewrite(/(?<![\p{L}\p{N}_&])#(?=\d)/gu, () => "number ");
  return [inFull, number, hash];
}

const romanDigits = new Map([
  ["I", 1],
  ["V", 5],
  ["X", 10],
  ["L", 50],
  ["C", 100],
  ["D", 500],
  ["M", 1000],
]);

function valueOfRoman(numeral: string): number {
  const values = Array.from(numeral, (digit) => romanDigits.get(digit) ?? 0);
  return values.reduce((sum, value, i) => sum + (value < (values[i + 1] ?? 0) ? -value : value), 0);
}

const roman = `((?=[IVXLC]+${wordEnd})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))${wordEnd}`;
/** "Part I" is a first part where a sentence or clause ends or such words follow: not "the part I like". */
const noPronoun = String.raw`(?<! I(?! ?(?:$|[.,:;!?)"”]|of |to |is |and [IVX]|or [IVX])))`;

/** `Chapter IV` → `Chapter 4`, `Henry VIII` → `Henry the eighth`. */
export function romanNumerals(tables: ReadingTables): Rewrite[] {
  const after = (words: readonly string[]) =>
    new RegExp(
      String.raw`${wordStart}(${anyOf(words)}) ${roman}${noPronoun}(?![.'’]${wordCharacter})`,
      "gu",
    );
  return [
    rewrite(
      after(tables.roman_cardinal),
      ([, word = "", numeral = ""]) => `${word} ${valueOfRoman(numeral)}`,
    ),
    rewrite(
      after(tables.roman_ordinal),
      ([, word = "", numeral = ""]) => `${word} the ${ordinal(valueOfRoman(numeral))}`,
    ),
  ];
}
