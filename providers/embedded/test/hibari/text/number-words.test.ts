import fc from "fast-check";
import { expect, test } from "vitest";
import { cardinal, decimal, ordinal, year } from "../../../src/hibari/text/number-words.ts";

test.each([
  ["0", "zero"],
  ["21", "twenty-one"],
  ["110", "one hundred and ten"],
  ["1001", "one thousand and one"],
  ["1234567", "one million, two hundred and thirty-four thousand, five hundred and sixty-seven"],
  ["007", "seven"],
])("%s is %s", (digits, words) => {
  expect(cardinal(digits)).toBe(words);
});

test.each([
  [1, "first"],
  [12, "twelfth"],
  [20, "twentieth"],
  [23, "twenty-third"],
  [100, "one hundredth"],
  [101, "one hundred and first"],
])("number %i in a row is the %s", (number, words) => {
  expect(ordinal(number)).toBe(words);
});

test.each([
  ["1905", "nineteen oh-five"],
  ["1900", "nineteen hundred"],
  ["2005", "two thousand and five"],
  ["2024", "twenty twenty-four"],
  ["0042", "forty-two"],
])("the year %s is %s", (digits, words) => {
  expect(year(digits)).toBe(words);
});

test("decimals are said digit by digit, without idle noughts", () => {
  expect(decimal("3.140")).toBe("three point one four");
  expect(decimal("2.00")).toBe("two");
});

test("no two numbers share their words, however long they are", () => {
  const digits = fc.stringMatching(/^[1-9][0-9]{0,60}$/);
  fc.assert(
    fc.property(digits, digits, (a, b) => {
      expect(cardinal(a) === cardinal(b)).toBe(a === b);
      expect(cardinal(a)).toMatch(/^[a-z]+(?:(?:,? |-)[a-z]+)*$/);
    }),
  );
});
