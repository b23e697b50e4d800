import { abbreviations, romanNumerals, titles } from "./abbreviations.ts";
import { money, temperature, unitsOfMeasure } from "./amounts.ts";
import { anyOf, collapseSpaces } from "./characters.ts";
import {
  datesWithMonthNames,
  fractionsAndDays,
  numericDates,
  timeOfDay,
} from "./dates-and-times.ts";
import { betterReadings } from "./readings/readings.ts";
import { rewrite, type ReadingTables, type Rewrite } from "./rewrite.ts";

/**
 * Puts into words what the dictionary cannot read: times, dates, units, abbreviations, symbols.
 * Numbers, years, percentages and plain `$`, `£`, `€` amounts are left to the lexicon.
 *
 * Order matters: each rewrite sees what the ones before it left. These are the readings that the
 * voice was trained on; with `natural`, better ones of our own (`readings/`) go in front of them.
 */
export function normalizer(
  tables: ReadingTables,
  { natural }: { readonly natural: boolean },
): Rewrite {
  const months = new Map(Object.entries(tables.months));
  const monthNames = [...months.values()];
  const rewrites: readonly Rewrite[] = [
    plainMarks,
    ...(natural ? betterReadings(tables) : []),
    timeOfDay,
    ...numericDates(monthNames),
    ...money(tables.currency),
    temperature,
    unitsOfMeasure(tables.units),
    ...datesWithMonthNames(months),
    titles(tables.titles),
    ...abbreviations(tables.abbreviations),
    ...romanNumerals(tables),
    phoneNumbers,
    fractionsAndDays(monthNames),
    ranges,
    plusSigns,
    ...Object.entries(tables.symbols).map(([symbol, word]) => symbolInWords(symbol, word)),
  ];
  return (text) => {
    const read = rewrites.reduce((soFar, next) => next(soFar), collapseSpaces(text));
    return collapseSpaces(read).replace(/ +([,.;:!?])/g, "$1");
  };
}

const plainMarks: Rewrite = (text) =>
  text.replaceAll("’", "'").replaceAll("‒", "-").replaceAll("―", "—");

/** Digit by digit, a comma for each hyphen. */
const phoneNumbers = rewrite(
  /(?<![\p{L}\p{N}_.-])(?:\d{3}-)?\d{3}-\d{4}(?![\p{L}\p{N}_.-])/gu,
  ([number]) => Array.from(number.replaceAll("-", ", ")).join(" "),
);

const ranges = rewrite(
  /(?<![\p{L}\p{N}_.-])(\d{1,4})\s?[-–]\s?(\d{1,4})(?![\p{L}\p{N}_.%-])/gu,
  ([, from = "", to = ""]) => `${from} to ${to}`,
);

const plusSigns = rewrite(/(?<![\p{L}\p{N}_+])\+(?=\d)/gu, () => "plus ");

/** Signs of comparison only between two things; a sign without a word falls away. */
function symbolInWords(symbol: string, word: string): Rewrite {
  const sign = anyOf([symbol]);
  const pattern = "=<>~".includes(symbol) ? `(?<=[^ ]) ?${sign} ?(?=[^ ])` : sign;
  const replacement = word === "" ? " " : ` ${word} `;
  const inWords = rewrite(new RegExp(pattern, "gu"), () => replacement);
  return (text) => (text.includes(symbol) ? inWords(text) : text);
}
