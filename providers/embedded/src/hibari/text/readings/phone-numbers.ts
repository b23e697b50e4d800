import { rewrite, type Rewrite } from "../rewrite.ts";
import { digitByDigit, numberEnd } from "./number-forms.ts";

const notInNumber = String.raw`(?<![\p{L}\p{N}_.,+-])`;
const gap = "[ .\u00a0-]";
const extension = String.raw`(?:,?\s?(?:ext(?:ension|\.)?|x)\s?(\d{1,6}))?`;

/** `800` → `eight hundred`, any other group digit by digit. */
function group(digits: string): string {
  if (digits === "800") return "eight hundred";
  return digitByDigit(digits);
}

function groups(written: string): string {
  return (written.match(/\d+/g) ?? []).map(group).join(", ");
}

function withExtension(number: string, digits: string | undefined): string {
  return digits === undefined ? number : `${number}, extension ${digitByDigit(digits)}`;
}

const international = rewrite(
  new RegExp(
    String.raw`${notInNumber}\+(\d{1,3}(?:${gap}?\(?\d{1,5}\)?){2,6})${extension}${numberEnd}`,
    "gu",
  ),
  ([asWritten, number = "", ext]) => {
    const digits = number.replace(/\D/g, "");
    if (digits.length < 8 || digits.length > 15) return asWritten;
    const grouped = /\D/.test(number) ? groups(number) : groups(inGroups(digits));
    const [country = "", ...rest] = grouped.split(", ");
    return withExtension(`plus ${[country, ...rest].join(", ")}`, ext);
  },
);

/** `+14155550100` → `1 415 555 0100`; other countries in threes. */
function inGroups(digits: string): string {
  if (/^1\d{10}$/.test(digits)) {
    return `1 ${digits.slice(1, 4)} ${digits.slice(4, 7)} ${digits.slice(7)}`;
  }
  return (digits.match(/\d{1,3}/g) ?? []).join(" ");
}

const american = rewrite(
  new RegExp(
    String.raw`${notInNumber}(?:(1)${gap})?(?:\((\d{3})\)${gap}?|(\d{3})${gap})(\d{3})${gap}(\d{4})${extension}${numberEnd}`,
    "gu",
  ),
  ([, one, bracketed, area, exchange = "", line = "", ext]) => {
    const start = one === undefined ? "" : area === "800" || bracketed === "800" ? "one " : "one, ";
    const number = [bracketed ?? area ?? "", exchange].map(group).join(", ");
    return withExtension(`${start}${number}, ${digitByDigit(line)}`, ext);
  },
);

const local = rewrite(
  new RegExp(String.raw`${notInNumber}(\d{3})-(\d{4})${extension}${numberEnd}(?!-)`, "gu"),
  ([, exchange = "", line = "", ext]) =>
    withExtension(`${digitByDigit(exchange)}, ${digitByDigit(line)}`, ext),
);

/** `020 7946 0958`: a number that starts with nought and comes in groups. */
const trunk = rewrite(
  new RegExp(String.raw`${notInNumber}(0\d{2,4}(?: \d{3,4}){2})${extension}${numberEnd}`, "gu"),
  ([, number = "", ext]) => withExtension(groups(number), ext),
);

const emergency = rewrite(
  /(?<![\p{L}\p{N}])((?:[Cc]all|[Dd]ial|[Tt]ext|[Rr]ing) )(911|112|999|988|411|311)(?![\p{L}\p{N}]|[-.,]\d|%| [a-z]+s\b)/gu,
  ([, verb = "", number = ""]) => verb + digitByDigit(number),
);

const ten = rewrite(
  new RegExp(
    String.raw`(?<=(?:[Cc]all|[Dd]ial|[Tt]ext|[Pp]hone|[Nn]umber)(?: me| us)?(?: is| at| on)?:? )(\d{3})(\d{3})(\d{4})${numberEnd}`,
    "gu",
  ),
  ([, ...parts]) => parts.slice(0, 3).map(digitByDigit).join(", "),
);

/** Phone numbers digit by digit, a comma between the groups, with their extension. */
export const phoneNumbers: readonly Rewrite[] = [
  international,
  american,
  local,
  trunk,
  emergency,
  ten,
];
