import fc from "fast-check";
import { expect, test } from "vitest";
import { plainWords } from "../../src/demo-brain/hearing.ts";
import { numberInWords, readNumber } from "../../src/demo-brain/number-words.ts";
import { workOut } from "../../src/demo-brain/sums.ts";

const small =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** A number as people say it. */
function spell(number: number): string {
  const [most, rest, name] =
    number >= 1e6
      ? [Math.floor(number / 1e6), number % 1e6, "million"]
      : number >= 1000
        ? [Math.floor(number / 1000), number % 1000, "thousand"]
        : number >= 100
          ? [Math.floor(number / 100), number % 100, "hundred"]
          : [0, number, ""];
  if (most > 0) {
    const tail = rest === 0 ? "" : ` ${rest < 100 ? "and " : ""}${spell(rest)}`;
    return `${spell(most)} ${name}${tail}`;
  }
  if (number < 20) return small[number] ?? "";
  const unit = number % 10;
  return `${tens[Math.floor(number / 10)] ?? ""}${unit === 0 ? "" : ` ${small[unit] ?? ""}`}`;
}

const natural = fc.integer({ min: 0, max: 999_999_999 });

test("reads every number that people can say", () => {
  fc.assert(
    fc.property(natural, (number) => {
      const words = spell(number).split(" ");
      expect(readNumber(words, 0)).toEqual({ value: number, next: words.length });
    }),
    { numRuns: 1000 },
  );
});

test("reads back the numbers that it shows", () => {
  fc.assert(
    fc.property(natural, (number) => {
      const words = plainWords(numberInWords(number)).split(" ");
      expect(readNumber(words, 0)?.value).toBe(number);
    }),
  );
});

const signs = [
  ["plus", "+", (a: number, b: number) => a + b],
  ["minus", "-", (a: number, b: number) => a - b],
  ["times", "x", (a: number, b: number) => a * b],
  ["multiplied by", "*", (a: number, b: number) => a * b],
  ["divided by", "/", (a: number, b: number) => a / b],
] as const;

test("works out any two numbers, in words and in signs", () => {
  const operand = fc.integer({ min: 1, max: 9999 });
  fc.assert(
    fc.property(operand, operand, fc.constantFrom(...signs), (a, b, [word, sign, work]) => {
      const expected: unknown = expect.objectContaining({ type: "value", value: work(a, b) });
      expect(workOut(plainWords(`What is ${spell(a)} ${word} ${spell(b)}?`))).toEqual(expected);
      expect(workOut(plainWords(`${a} ${sign} ${b}`))).toEqual(expected);
      expect(workOut(plainWords(`${a}${sign}${b}`))).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test("times comes before plus, whatever the order", () => {
  const operand = fc.integer({ min: 0, max: 99 });
  fc.assert(
    fc.property(operand, operand, operand, (a, b, c) => {
      const value = a + b * c;
      expect(workOut(`${a} plus ${b} times ${c}`)).toMatchObject({ value });
      expect(workOut(`${b} times ${c} plus ${a}`)).toMatchObject({ value });
    }),
  );
});

test("finds no sum where there is none", () => {
  for (const plain of ["", "seven", "one of us", "it is over", "half", "of", "two and three"]) {
    expect(workOut(plain), plain).toBeUndefined();
  }
});
