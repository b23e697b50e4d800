/** One reading that the dictionary cannot give, put into words: `5 km` → `5 kilometers`. */
export type Rewrite = (text: string) => string;

/**
 * Puts what `reading` says in place of each match.
 *
 * @param pattern with the flag `g`
 */
export function rewrite(pattern: RegExp, reading: (match: RegExpExecArray) => string): Rewrite {
  return (text) => {
    let read = "";
    let from = 0;
    for (const match of text.matchAll(pattern)) {
      read += text.slice(from, match.index) + reading(match);
      from = match.index + match[0].length;
    }
    return read + text.slice(from);
  };
}

/**
 * A number as written: `1,250.75`. The groups are bounded so that an endless row of them is not
 * tried from each of its commas.
 */
export const writtenNumber = String.raw`\d+(?:,\d{3}){0,12}(?:\.\d+)?`;

/** The tables of `normalize.json`. */
export interface ReadingTables {
  /** `jan` → `January`, in the order of the year. */
  readonly months: Readonly<Record<string, string>>;
  /** Read out before a name: `St` → `Saint`. */
  readonly titles: Readonly<Record<string, string>>;
  readonly abbreviations: Readonly<Record<string, string>>;
  /** One and many: `km` → `kilometer`, `kilometers`. */
  readonly units: Readonly<Record<string, readonly [string, string]>>;
  readonly currency: Readonly<Record<string, readonly [string, string]>>;
  readonly symbols: Readonly<Record<string, string>>;
  /** Words whose Roman numeral is a count (`Chapter IV`) or a rank (`Henry VIII`). */
  readonly roman_cardinal: readonly string[];
  readonly roman_ordinal: readonly string[];
}
