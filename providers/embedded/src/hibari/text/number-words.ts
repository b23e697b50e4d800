const ones =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "- - twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const scales =
  "- thousand million billion trillion quadrillion quintillion sextillion septillion octillion nonillion decillion".split(
    " ",
  );
const irregularOrdinals = new Map([
  ["one", "first"],
  ["two", "second"],
  ["three", "third"],
  ["five", "fifth"],
  ["eight", "eighth"],
  ["nine", "ninth"],
  ["twelve", "twelfth"],
]);

function word(list: readonly string[], index: number): string {
  return list[index] ?? "";
}

function belowHundred(n: number): string {
  if (n < 20) return word(ones, n);
  const rest = n % 10;
  return word(tens, Math.floor(n / 10)) + (rest === 0 ? "" : `-${word(ones, rest)}`);
}

function belowThousand(n: number): string {
  if (n < 100) return belowHundred(n);
  const rest = n % 100;
  const hundreds = `${word(ones, Math.floor(n / 100))} hundred`;
  return rest === 0 ? hundreds : `${hundreds} and ${belowHundred(rest)}`;
}

/** One word per digit: `007` → `zero zero seven`. */
export function digitByDigit(digits: string): string {
  return Array.from(digits, (digit) => word(ones, Number(digit))).join(" ");
}

/**
 * `1234` → `one thousand, two hundred and thirty-four`.
 *
 * @param number ASCII digits, or a whole number. From a thousand decillion on there is no name, so
 *   the digits are read one by one.
 */
export function cardinal(number: string | number): string {
  const digits = String(number).replace(/^0+(?=.)/, "");
  if (digits.length > 3 * scales.length) return digitByDigit(digits);
  const groups: string[] = [];
  for (let end = digits.length, scale = 0; end > 0; end -= 3, scale++) {
    const group = Number(digits.slice(Math.max(0, end - 3), end));
    if (group === 0 && digits !== "0") continue;
    groups.unshift(belowThousand(group) + (scale === 0 ? "" : ` ${word(scales, scale)}`));
  }
  const last = groups.at(-1) ?? "";
  if (groups.length === 1 || last.includes(" ")) return groups.join(", ");
  return `${groups.slice(0, -1).join(", ")} and ${last}`;
}

/** `23` → `twenty-third`. Takes what {@link cardinal} takes. */
export function ordinal(number: string | number): string {
  return cardinal(number).replace(/[a-z]+$/, (last) => {
    const irregular = irregularOrdinals.get(last);
    if (irregular !== undefined) return irregular;
    return last.endsWith("y") ? `${last.slice(0, -1)}ieth` : `${last}th`;
  });
}

/** Four digits as a year: `1905` → `nineteen oh-five`, `2005` → `two thousand and five`. */
export function year(digits: string): string {
  const high = Number(digits.slice(0, -2));
  const low = Number(digits.slice(-2));
  if (high === 0 || (high % 10 === 0 && low < 10)) return cardinal(digits);
  if (low === 0) return `${cardinal(high)} hundred`;
  return `${cardinal(high)} ${low < 10 ? "oh-" : ""}${cardinal(low)}`;
}

/** `3.140` → `three point one four`. */
export function decimal(number: string): string {
  const [whole = "", fraction = ""] = number.split(".");
  const digits = fraction.replace(/0+$/, "");
  return cardinal(whole || "0") + (digits === "" ? "" : ` point ${digitByDigit(digits)}`);
}
