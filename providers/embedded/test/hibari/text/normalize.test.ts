import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { modelFile } from "../../../src/hibari/model-files.ts";
import { normalizer } from "../../../src/hibari/text/normalize.ts";
import type { ReadingTables } from "../../../src/hibari/text/rewrite.ts";

const tables = JSON.parse(readFileSync(modelFile("normalize.json"), "utf8")) as ReadingTables;
const normalize = normalizer(tables, { natural: true });

test.each([
  ["at 9:05 am", "at nine oh five A.M."],
  ["at 9:05 am.", "at nine oh five A.M."],
  ["at 17:00", "at seventeen o'clock"],
  ["1:23:45 long", "one twenty-three and forty-five seconds long"],
  ["25:00", "25:00"],
  ["2024-02-29", "February twenty-ninth, 2024"],
  ["3/15/25", "March fifteenth, 2025"],
  ["15/3/1999", "March fifteenth, 1999"],
  ["Jan. 5th, 2024", "January fifth, 2024"],
  ["3 March", "the third of March"],
  ["$10k", "10 thousand dollars"],
  ["1¢", "1 cent"],
  ["Rs. 5 million", "5 million rupees"],
  ["-5°C", "minus 5 degrees Celsius"],
  ["1 km, 5km", "1 kilometer, 5 kilometers"],
  ["St. Paul on Main St.", "Saint Paul on Main Street."],
  ["approx. 5, e.g. this", "approximately 5, e.g. this"],
  ["No. 5", "number 5"],
  ["Henry VIII, Chapter IV", "Henry the eighth, Chapter 4"],
  ["Call 555-0132", "Call five five five, zero one three two"],
  ["3/4 or 1/2", "3 quarters or one half"],
  ["24/7", "24 7"],
  ["10-15", "10 to 15"],
  ["a = b", "a equals b"],
  ["  many \t\n blanks ", "many blanks"],
])("%j is read %j", (written, read) => {
  expect(normalize(written)).toBe(read);
});
