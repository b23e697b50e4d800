import { anyOf, capitalize } from "../characters.ts";
import { ordinal } from "../number-words.ts";
import { rewrite, type Rewrite } from "../rewrite.ts";
import { dash, numberEnd } from "./number-forms.ts";

const weekdays: ReadonlyMap<string, string> = new Map([
  ["Mon", "Monday"],
  ["Tue", "Tuesday"],
  ["Tues", "Tuesday"],
  ["Wed", "Wednesday"],
  ["Thu", "Thursday"],
  ["Thur", "Thursday"],
  ["Thurs", "Thursday"],
  ["Fri", "Friday"],
  ["Sat", "Saturday"],
  ["Sun", "Sunday"],
]);

const start = String.raw`(?<![\p{L}\p{N}_.-])`;
const end = String.raw`(?![\p{L}\p{N}_-])`;

/**
 * Dates and days beyond those with a full month name or in figures: `Mon-Fri`, `Nov 2026`,
 * `March 3-5`, `5th March`, `23.11.2026`, `2026-11-23T14:30`.
 */
export function calendar(months: ReadonlyMap<string, string>): readonly Rewrite[] {
  const full = [...months.values()];
  const short = [...months.keys()].map(capitalize).filter((name) => name !== "May");
  const anyMonth = anyOf([...full, ...short, "Sept"]);
  const nameOf = (written: string) => months.get(written.toLowerCase().slice(0, 3)) ?? written;
  const day = (written: string) => weekdays.get(written) ?? written;
  const isDay = (written: string) => Number(written) >= 1 && Number(written) <= 31;

  return [
    rewrite(
      new RegExp(
        String.raw`${start}(${anyOf(weekdays.keys())})\.?\s?(?:${dash}|to|through)\s?(${anyOf(weekdays.keys())})${end}(?:\.(?=[ ,;]+[a-z\d]))?`,
        "gu",
      ),
      ([, from = "", to = ""]) => `${day(from)} to ${day(to)}`,
    ),
    rewrite(
      new RegExp(
        String.raw`${start}(${anyOf(weekdays.keys())})(?:\.,?|,) (?=(?:${anyMonth})${end}|\d{1,2}(?:st|nd|rd|th)?\b)`,
        "gu",
      ),
      ([, written = ""]) => `${day(written)}, `,
    ),
    rewrite(
      new RegExp(String.raw`${start}(${anyOf([...short, "Sept"])})\.? (?=\d{4}${numberEnd})`, "gu"),
      ([, month = ""]) => `${nameOf(month)} `,
    ),
    rewrite(
      new RegExp(
        String.raw`${start}(${anyMonth})\.? (\d{1,2})\s?${dash}\s?(\d{1,2})(,? \d{4})?${numberEnd}(?!:)`,
        "gu",
      ),
      ([asWritten, month = "", from = "", to = "", year = ""]) =>
        isDay(from) && isDay(to)
          ? `${nameOf(month)} ${ordinal(from)} to ${ordinal(to)}${year}`
          : asWritten,
    ),
    rewrite(
      new RegExp(
        String.raw`${start}(\d{1,2})(?:st|nd|rd|th) (${anyMonth})${end}(?:\.(?=,| [a-z\d]))?`,
        "gu",
      ),
      ([asWritten, date = "", month = ""]) =>
        isDay(date) ? `the ${ordinal(date)} of ${nameOf(month)}` : asWritten,
    ),
    rewrite(
      new RegExp(String.raw`${start}(\d{1,2})\.(\d{1,2})\.((?:19|20)\d{2})${numberEnd}`, "gu"),
      ([asWritten, date = "", month = "", year = ""]) => {
        const name = full[Number(month) - 1];
        return name === undefined || !isDay(date) ? asWritten : `${name} ${ordinal(date)}, ${year}`;
      },
    ),
    rewrite(
      /(?<![\p{L}\p{N}_-])(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d{1,9})?)?(Z)?(?![\p{L}\p{N}_])/gu,
      ([, date = "", time = "", zone]) => `${date} at ${time}${zone === undefined ? "" : " UTC"}`,
    ),
  ];
}
