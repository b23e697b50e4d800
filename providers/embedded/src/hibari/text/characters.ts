/**
 * What counts as a letter, a digit or a space, as sources for regular expressions with the `u` flag.
 * JavaScript's own `\w`, `\d` and `\b` know ASCII only.
 */
export const letter = String.raw`\p{L}`;
/** A letter, digit, other numeral or underscore. */
export const wordCharacter = String.raw`[\p{L}\p{N}_]`;
/** A word character that is neither a decimal digit nor an underscore. */
export const wordLetter = String.raw`[\p{L}\p{Nl}\p{No}]`;
/** White space, the C0 separators included, the byte order mark not. */
export const space = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
