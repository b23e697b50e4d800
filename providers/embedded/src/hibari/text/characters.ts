/*
 * What counts as a letter, a digit or a space in written English that may hold any Unicode. The
 * strings are parts of regular expressions with the `u` flag; JavaScript's own `\w`, `\d` and `\b`
 * know ASCII only.
 */

/** A letter, a digit or other numeral, or an underscore. */
export const wordCharacter = String.raw`[\p{L}\p{N}_]`;
/** A word character that is neither a decimal digit nor an underscore. */
export const wordLetter = String.raw`[\p{L}\p{Nl}\p{No}]`;
/** Start of a word whose first character the caller goes on to name; likewise the end. */
export const wordStart = `(?<!${wordCharacter})`;
export const wordEnd = `(?!${wordCharacter})`;

const spaces = /[\p{White_Space}\p{Cc}]+/gu;

/** Every run of white space and control characters becomes one blank, none at the ends. */
export function collapseSpaces(text: string): string {
  return text.replace(spaces, " ").replace(/^ | $/g, "");
}

export function isLetters(text: string): boolean {
  return /^\p{L}+$/u.test(text);
}

export function isLowerCase(text: string): boolean {
  return text === text.toLowerCase();
}

export function isUpperCase(text: string): boolean {
  return text === text.toUpperCase();
}

/** First letter upper, the rest lower case. */
export function capitalize(text: string): string {
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

/** ASCII digits only, at least one. */
export function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

/** Decimal digits of any script become ASCII digits: Unicode keeps each script's ten in a row. */
export function asciiDigits(text: string): string {
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let zero = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
    return String((code - zero) % 10);
  });
}

/** The pattern that matches any of `words`, longest first. */
export function anyOf(words: Iterable<string>): string {
  return [...words]
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
    .join("|");
}
