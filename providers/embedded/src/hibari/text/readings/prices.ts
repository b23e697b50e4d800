import { anyOf } from "../characters.ts";
import { rewrite, writtenNumber, type Rewrite } from "../rewrite.ts";
import { dash, numberEnd } from "./number-forms.ts";

const names: ReadonlyMap<string, readonly [many: string, one: string]> = new Map([
  ["$", ["dollars", "dollar"]],
  ["£", ["pounds", "pound"]],
  ["€", ["euros", "euro"]],
]);

const nations: ReadonlyMap<string, string> = new Map([
  ["US", "U.S."],
  ["CA", "Canadian"],
  ["C", "Canadian"],
  ["AU", "Australian"],
  ["A", "Australian"],
  ["NZ", "New Zealand"],
  ["HK", "Hong Kong"],
]);

const sizes: ReadonlyMap<string, string> = new Map([
  ["k", "thousand"],
  ["m", "million"],
  ["mn", "million"],
  ["mm", "million"],
  ["b", "billion"],
  ["bn", "billion"],
  ["t", "trillion"],
  ["tn", "trillion"],
]);

const size = String.raw`(?:\s?(hundred|thousand|million|billion|trillion)|(bn|tn|mn|mm|[kKmMbBtT]))?(?![\p{L}\p{N}_])`;

function sizeWord(word: string | undefined, letter: string | undefined): string | undefined {
  return word ?? (letter === undefined ? undefined : sizes.get(letter.toLowerCase()));
}

/** `$.75` → `$0.75`. */
const bareCents = rewrite(/([$£€])(?=\.\d{2}(?!\d))/gu, ([, sign = ""]) => `${sign}0`);

/** `5€`, `3.50 €`: the sign goes in front. */
const signBehind = rewrite(
  new RegExp(String.raw`(?<![\p{L}\p{N}_.,$£€])(${writtenNumber}) ?€(?![\p{L}\p{N}])`, "gu"),
  ([, number = ""]) => `€${number}`,
);

/** `US$20.50` → `20 U.S. dollars and 50 cents`. */
const foreign = rewrite(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}_])(${anyOf(nations.keys())})\$(${writtenNumber})${size}`,
    "gu",
  ),
  ([, nation = "", number = "", word, letter]) => {
    const dollars = `${nations.get(nation) ?? nation} dollar`;
    const big = sizeWord(word, letter);
    if (big !== undefined) return `${number} ${big} ${dollars}s`;
    const [whole = "", cents] = number.split(".");
    const said = `${whole} ${dollars}${whole === "1" ? "" : "s"}`;
    return cents?.length === 2 && cents !== "00"
      ? `${said} and ${String(Number(cents))} cents`
      : said;
  },
);

const minus = rewrite(
  new RegExp(String.raw`(?<![\p{L}\p{N}_.,$£€%)-])[-−](?=[$£€¥₹]\.?\d)`, "gu"),
  () => "minus ",
);
const minusBehindSign = rewrite(/([$£€])[-−](?=\d)/gu, ([, sign = ""]) => `minus ${sign}`);

/** `$5-$10`, `$5–10` → `5 to 10 dollars`. */
const ranges = rewrite(
  new RegExp(
    String.raw`([$£€])(${writtenNumber})${size}\s?${dash}\s?\1?(${writtenNumber})${size}${numberEnd}`,
    "gu",
  ),
  ([, sign = "", from = "", fromWord, fromLetter, to = "", toWord, toLetter]) => {
    const toSize = sizeWord(toWord, toLetter);
    const fromSize = sizeWord(fromWord, fromLetter);
    const many = names.get(sign)?.[0] ?? "";
    if (/\.\d/.test(from + to) && toSize === undefined) {
      return `${sign}${from}${fromSize === undefined ? "" : ` ${fromSize}`} to ${sign}${to}`;
    }
    const start = [from, fromSize === toSize ? undefined : fromSize].filter(Boolean).join(" ");
    return [start, "to", to, toSize, many].filter(Boolean).join(" ");
  },
);

/** `$7bn` → `7 billion dollars`; `k`, `m` and `b` are read further down the list. */
const big = rewrite(
  new RegExp(String.raw`([$£€])(${writtenNumber})\s?(bn|tn|mn|mm|[tT])(?![\p{L}\p{N}_])`, "gu"),
  ([, sign = "", number = "", letter = ""]) =>
    `${number} ${sizes.get(letter.toLowerCase()) ?? letter} ${names.get(sign)?.[0] ?? ""}`,
);

/** What a price or a count may be per, and how it is written short. */
const periods: ReadonlyMap<string, string> = new Map([
  ..."second minute hour day night week month quarter year person user seat call head piece item page token word kilogram pound gallon liter mile"
    .split(" ")
    .map((word): [string, string] => [word, word]),
  ["sec", "second"],
  ["s", "second"],
  ["min", "minute"],
  ["hr", "hour"],
  ["h", "hour"],
  ["wk", "week"],
  ["mo", "month"],
  ["yr", "year"],
  ["kg", "kilogram"],
  ["lb", "pound"],
  ["gal", "gallon"],
  ["GB", "gigabyte"],
  ["kWh", "kilowatt hour"],
  ["mi", "mile"],
  ["km", "kilometer"],
  ["oz", "ounce"],
  ["L", "liter"],
]);

/** `$12/month`, `3/day`, `¢/kWh` → `… per month`. */
const per = rewrite(
  new RegExp(
    String.raw`(?<=[$£€¥₹](?:\d{1,3}(?:,\d{3}){0,4}|\d{1,9})(?:\.\d{1,4})?[kKmMbB]?|¢) ?/ ?(${anyOf(periods.keys())})(?![\p{L}\p{N}_])`,
    "gu",
  ),
  ([, period = ""]) => ` per ${periods.get(period) ?? period}`,
);
const countPer = rewrite(
  /(?<=(?<![\p{L}\p{N}_/.])\d{1,6}(?:\.\d{1,3})?%?)\/(second|minute|hour|day|night|week|month|year|person|user)(?![\p{L}\p{N}_])/gu,
  ([, period = ""]) => ` per ${period}`,
);

/** Amounts beyond the plain `$5.20` that the lexicon reads. */
export const prices: readonly Rewrite[] = [
  bareCents,
  signBehind,
  foreign,
  per,
  countPer,
  minus,
  minusBehindSign,
  ranges,
  big,
];
