import { anyOf, wordEnd, wordStart } from "./characters.ts";
import { rewrite, writtenNumber, type ReadingTables, type Rewrite } from "./rewrite.ts";

type OneAndMany = readonly [one: string, many: string];

const notWithinWord = String.raw`(?<![\p{L}\p{N}_.])`;
const scale = `(hundred|thousand|million|billion|trillion|[kKmMbB]${wordEnd})`;
const scaleLetters = new Map([
  ["k", "thousand"],
  ["m", "million"],
  ["b", "billion"],
]);

function scaleWord(written: string): string {
  return scaleLetters.get(written.toLowerCase()) ?? written;
}

function agree(number: string, [one, many]: OneAndMany): string {
  return ["1", "1.0", "-1"].includes(number.replaceAll(",", "")) ? one : many;
}

/** `$10k`, `50¢`, `¥1200`, `Rs. 5 million`. Plain `$`, `£`, `€` amounts are the lexicon's. */
export function money(currencies: ReadingTables["currency"]): Rewrite[] {
  const names = new Map(Object.entries(currencies));
  const nameOf = (symbol: string): OneAndMany => names.get(symbol) ?? [symbol, symbol];

  const bigMoney = rewrite(
    new RegExp(String.raw`([$£€])(${writtenNumber})\s?${scale}`, "gu"),
    ([, symbol = "", number = "", size = ""]) =>
      `${number} ${scaleWord(size)} ${nameOf(symbol)[1]}`,
  );
  const cents = rewrite(
    new RegExp(String.raw`${notWithinWord}(${writtenNumber})\s?¢`, "gu"),
    ([, number = ""]) => `${number} ${agree(number, nameOf("¢"))}`,
  );
  const otherCurrencies = rewrite(
    new RegExp(
      String.raw`${wordStart}([¥₹₩]|Rs\.?|USD|EUR|GBP)\s?(${writtenNumber})(?:\s?${scale})?`,
      "gu",
    ),
    ([, symbol = "", number = "", size]) => {
      const name = nameOf(symbol.replace(".", ""));
      if (size === undefined) return `${number} ${agree(number, name)}`;
      return `${number} ${scaleWord(size)} ${name[1]}`;
    },
  );
  return [bigMoney, cents, otherCurrencies];
}

/** `-5°C` → `-5 degrees Celsius`. */
export const temperature: Rewrite = rewrite(
  new RegExp(String.raw`${notWithinWord}(-?${writtenNumber})\s?°\s?([CF])?${wordEnd}`, "gu"),
  ([, number = "", letter]) => {
    const degrees = `${number} ${agree(number, ["degree", "degrees"])}`;
    if (letter === undefined) return degrees;
    return `${degrees} ${letter === "C" ? "Celsius" : "Fahrenheit"}`;
  },
);

/** `5 km` → `5 kilometers`. */
export function unitsOfMeasure(units: ReadingTables["units"]): Rewrite {
  const names = new Map(Object.entries(units));
  return rewrite(
    new RegExp(
      String.raw`${notWithinWord}(-?${writtenNumber})\s?(${anyOf(names.keys())})${wordEnd}`,
      "gu",
    ),
    ([, number = "", unit = ""]) => `${number} ${agree(number, names.get(unit) ?? [unit, unit])}`,
  );
}
