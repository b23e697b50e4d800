import { anyOf, capitalize, wordEnd, wordStart } from "./characters.ts";
import { cardinal, ordinal } from "./number-words.ts";
import { rewrite, type Rewrite } from "./rewrite.ts";

/** `9:05 am` → `nine oh five A.M.` (dotted, so that the lexicon spells it), `17:00` → `seventeen o'clock`. */
export const timeOfDay: Rewrite = rewrite(
  new RegExp(
    String.raw`${wordStart}(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s?([AaPp])\.?[Mm]\.?(?![A-Za-z]))?(?!\d)`,
    "gu",
  ),
  (match) => {
    const [asWritten, hour = "", minute = "", second, half] = match;
    if (Number(hour) > 24 || Number(minute) > 59 || Number(second ?? 0) > 59) return asWritten;
    let words = cardinal(hour);
    if (minute !== "00") words += ` ${minute.startsWith("0") ? "oh " : ""}${cardinal(minute)}`;
    else if (half === undefined && second === undefined) words += " o'clock";
    if (second !== undefined) {
      words += ` and ${cardinal(second)} second${Number(second) === 1 ? "" : "s"}`;
    }
    if (half === undefined) return words;
    const fullStopFollows = match.input[match.index + asWritten.length] === ".";
    return `${words} ${half.toUpperCase()}.M${fullStopFollows ? "" : "."}`;
  },
);

/** `undefined` if there is no such day. */
function dateInWords(
  monthNames: readonly string[],
  date: { readonly year?: string; readonly month: number; readonly day: number },
): string | undefined {
  const name = monthNames[date.month - 1];
  if (name === undefined || date.day < 1 || date.day > 31) return undefined;
  return `${name} ${ordinal(date.day)}${date.year === undefined ? "" : `, ${date.year}`}`;
}

/** `2024-02-29`, `3/15/25` and, if the first number is no month, `15/3/2025`. */
export function numericDates(monthNames: readonly string[]): Rewrite[] {
  const iso = rewrite(
    new RegExp(String.raw`${wordStart}(\d{4})-(\d{2})-(\d{2})${wordEnd}`, "gu"),
    ([asWritten, year = "", month, day]) =>
      dateInWords(monthNames, { year, month: Number(month), day: Number(day) }) ?? asWritten,
  );
  const american = rewrite(
    new RegExp(String.raw`${wordStart}(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})${wordEnd}`, "gu"),
    ([asWritten, first, second, shortYear = ""]) => {
      const [a, b] = [Number(first), Number(second)];
      const century = Number(shortYear) > 30 ? "19" : "20";
      const year = shortYear.length === 2 ? century + shortYear : shortYear;
      const [month, day] = a <= 12 ? [a, b] : [b, a];
      return dateInWords(monthNames, { year, month, day }) ?? asWritten;
    },
  );
  return [iso, american];
}

/** `Jan. 5th, 2024` → `January fifth, 2024`; `3 March` → `the third of March`. */
export function datesWithMonthNames(months: ReadonlyMap<string, string>): Rewrite[] {
  const written = anyOf([...months.values(), ...[...months.keys()].map(capitalize), "Sept"]);
  const nameOf = (month: string) => months.get(month.toLowerCase().slice(0, 3)) ?? month;
  const isDay = (day: string) => Number(day) >= 1 && Number(day) <= 31;

  const monthFirst = rewrite(
    new RegExp(
      String.raw`${wordStart}(${written})\.? (\d{1,2})(?:st|nd|rd|th)?${wordEnd}(?![\d:%])(,? \d{4}${wordEnd})?`,
      "gu",
    ),
    ([asWritten, month = "", day = "", year = ""]) =>
      isDay(day) ? `${nameOf(month)} ${ordinal(day)}${year}` : asWritten,
  );
  const dayFirst = rewrite(
    new RegExp(String.raw`${wordStart}(?:the )?(\d{1,2}) (?:of )?(${written})${wordEnd}\.?`, "gu"),
    ({ 0: asWritten, 1: day = "", 2: month = "", index, input }) => {
      if (!isDay(day)) return asWritten;
      // The full stop of a short form ends the sentence too if nothing follows.
      const endsText = index + asWritten.length === input.length;
      const keepsStop = asWritten.endsWith(".") && (endsText || month === nameOf(month));
      return `the ${ordinal(day)} of ${nameOf(month)}${keepsStop ? "." : ""}`;
    },
  );
  return [monthFirst, dayFirst];
}

const fractionUnits = ",,half,third,quarter,fifth,sixth,seventh,eighth,ninth,tenth".split(",");

/** `3/4` → `3 quarters`, else `12/25` → `December twenty-fifth`, else `24/7` → `24 slash 7`. */
export function fractionsAndDays(monthNames: readonly string[]): Rewrite {
  return rewrite(
    new RegExp(String.raw`(?<![\p{L}\p{N}_./])(\d{1,2})/(\d{1,2})(?![\p{L}\p{N}_./])`, "gu"),
    ([, first, second]) => {
      const [a, b] = [Number(first), Number(second)];
      const unit = fractionUnits[b];
      if (0 < a && a < b && unit !== undefined) {
        if (unit === "half") return "one half";
        return `${a} ${unit}${a === 1 ? "" : "s"}`;
      }
      return dateInWords(monthNames, { month: a, day: b }) ?? `${a} slash ${b}`;
    },
  );
}
