import { digitByDigit } from "../number-words.ts";

export { digitByDigit };

/** Digits inside a name, such as `web2` or `jane1984`: short ones as a number, long ones one by one. */
export function digitsInName(digits: string): string {
  if (/^(?:\d|[1-9]\d|(?:19|20)\d\d)$/.test(digits)) return digits;
  return digitByDigit(digits);
}

/** Behind a number: no letter or digit, and no decimals. A full stop that ends the sentence may follow. */
export const numberEnd = String.raw`(?![\p{L}\p{N}_]|[.,]\d)`;
/** In front of a number: no letter, digit or decimal point, nor a hyphen that belongs to a word. */
export const numberStart = String.raw`(?<![\p{L}\p{N}_.,/-])`;
/** `-`, an en dash or a minus sign. */
export const dash = "[-–−]";
