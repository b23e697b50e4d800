import { isDigits } from "./characters.ts";
import type { Dictionary } from "./dictionary.ts";
import { readInflected, withEd, withIng, withS } from "./endings.ts";
import { cardinal, decimal, digitByDigit, ordinal, year } from "./number-words.ts";

const currencies = new Map([
  ["$", { unit: "dollar", subunit: "cent" }],
  ["£", { unit: "pound", subunit: "pence" }],
  ["€", { unit: "euro", subunit: "cent" }],
]);
const ordinalEndings = new Set(["st", "nd", "rd", "th"]);

export function isCurrencySign(text: string): boolean {
  return currencies.has(text);
}

/** The name of the currency as said behind a number that is written in words: `dollars` for `$`. */
export function readCurrencyName(dictionary: Dictionary, sign: string): string | undefined {
  const currency = currencies.get(sign);
  return currency === undefined ? undefined : plural(dictionary, currency.unit);
}

function plural(dictionary: Dictionary, unit: string): string | undefined {
  return readInflected(dictionary, `${unit}s`, {});
}

/** A numeral and where it stands. */
export interface Numeral {
  readonly text: string;
  /** The sign in front of the amount that this is. */
  readonly currency?: string | undefined;
  /** Whether it starts its word; behind a letter or hyphen digits are read in small groups. */
  readonly startsWord: boolean;
}

/** Whether `text` is digits with their punctuation and perhaps an ending: `-1,250.5`, `90s`, `3rd`. */
export function isNumeral(text: string, startsWord: boolean): boolean {
  if (!/[0-9]/.test(text)) return false;
  const digits = text.replace(/(?:ing|'d|ed|'s|st|nd|rd|th|s)$/, "");
  return /^[0-9,.]*$/.test(startsWord && digits.startsWith("-") ? digits.slice(1) : digits);
}

/** Phonemes of a numeral that {@link isNumeral} accepts. */
export function readNumeral(dictionary: Dictionary, numeral: Numeral): string {
  const ending = /[a-z']+$/.exec(numeral.text)?.[0] ?? "";
  const withoutEnding = numeral.text.slice(0, numeral.text.length - ending.length);
  const negative = withoutEnding.startsWith("-");
  const said = readDigits(dictionary, {
    ...numeral,
    text: negative ? withoutEnding.slice(1) : withoutEnding,
    negative,
    ranked: ordinalEndings.has(ending),
  });
  const phonemes = [...(negative ? [dictionary.lookUp("minus")] : []), ...said]
    .filter((word) => word !== undefined)
    .join(" ");
  switch (ending) {
    case "s":
    case "'s":
      return withS(phonemes);
    case "ed":
    case "'d":
      return withEd(phonemes);
    case "ing":
      return withIng(phonemes);
    default:
      return phonemes;
  }
}

interface Digits extends Numeral {
  readonly negative: boolean;
  /** Whether it is a place in a row: `3rd`. */
  readonly ranked: boolean;
}

/** Phonemes of each word. */
function readDigits(dictionary: Dictionary, digits: Digits): (string | undefined)[] {
  const { text, currency = "", startsWord, negative, ranked } = digits;
  const plain = text.replaceAll(",", "");
  const dots = text.split(".").length - 1;
  const say = (words: string) => sayWords(dictionary, words);

  if (ranked && isDigits(text)) return say(ordinal(text));
  if (!negative && text.length === 4 && !currencies.has(currency) && isDigits(text)) {
    return say(year(text));
  }
  if (!startsWord && dots === 0) return readCode(dictionary, plain);
  if (!startsWord || dots > 1) return plain.split(".").flatMap((part) => say(versionPart(part)));
  const [, decimals = ""] = text.split(".");
  if (currencies.has(currency) && decimals.length < 3) {
    return readAmount(dictionary, plain, currency);
  }
  if (dots === 0) return say(ranked ? ordinal(plain) : cardinal(plain));
  return say(plain.startsWith(".") ? `point ${digitByDigit(plain.slice(1))}` : decimal(plain));
}

/** Words that {@link cardinal} and its like gave. The "and" of a number is not said. */
function sayWords(dictionary: Dictionary, words: string): (string | undefined)[] {
  const said = (words.match(/[a-z]+/g) ?? []).filter((word) => word !== "and");
  return said.map((word) => dictionary.lookUp(word, { stress: word === "point" ? -2 : undefined }));
}

/** Digits behind a letter or hyphen: `747` is said "seven forty-seven", `0042` digit by digit. */
function readCode(dictionary: Dictionary, digits: string): (string | undefined)[] {
  const say = (words: string) => sayWords(dictionary, words);
  if (digits.startsWith("0") || digits.length > 3) return say(digitByDigit(digits));
  if (digits.length < 3 || digits.endsWith("00")) return say(cardinal(digits));
  const [hundreds = "", tens = "", ones = ""] = digits;
  if (tens !== "0") return [...say(cardinal(hundreds)), ...say(cardinal(tens + ones))];
  return [
    ...say(cardinal(hundreds)),
    dictionary.lookUp("O", { stress: -2 }),
    ...say(cardinal(ones)),
  ];
}

/** One part of `2.0.1`. */
function versionPart(digits: string): string {
  if (digits === "") return "";
  const whole = digits.length === 2 || /^.0*$/.test(digits);
  return digits.startsWith("0") || !whole ? digitByDigit(digits) : cardinal(digits);
}

/** `5.50` → five dollars and fifty cents; a part that is nought is left out. */
function readAmount(dictionary: Dictionary, amount: string, sign: string): (string | undefined)[] {
  const { unit, subunit } = currencies.get(sign) ?? { unit: "", subunit: "" };
  const [whole = "", decimals] = amount.split(".");
  const parts = [{ number: Number(whole), digits: whole, name: unit }];
  if (decimals !== undefined) {
    parts.push({ number: Number(decimals), digits: decimals, name: subunit });
  }
  const nonZero = parts.filter(({ number }) => number !== 0);
  const kept = nonZero.length === 0 ? parts.slice(0, 1) : nonZero;
  return kept.flatMap(({ number, digits, name }, i) => [
    ...(i === 0 ? [] : [dictionary.lookUp("and")]),
    ...sayWords(dictionary, cardinal(digits || "0")),
    number === 1 || name === "pence" ? dictionary.lookUp(name) : plural(dictionary, name),
  ]);
}
