import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { TextFrontEnd } from "../../../src/hibari/text/front-end.ts";
import { countingNet, frontEndWith } from "./tables.ts";

let frontEnd: TextFrontEnd;

beforeAll(async () => {
  frontEnd = await frontEndWith(countingNet().lettersToSounds);
});

async function mustBeSpoken(text: string): Promise<void> {
  for await (const sentence of frontEnd.sentences(text)) {
    expect(sentence.phonemes).not.toBe("");
    expect(sentence.phonemes.length).toBeLessThanOrEqual(400);
    expect(sentence.ids.length).toBeGreaterThanOrEqual(2);
    expect(sentence.ids.at(0)).toBe(0);
    expect(sentence.ids.at(-1)).toBe(0);
  }
}

describe("any text gives phonemes or nothing", () => {
  test("whatever its characters, lone surrogates and controls included", async () => {
    const character = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    );
    const text = fc.array(character, { maxLength: 200 }).map((all) => all.join(""));
    await fc.assert(fc.asyncProperty(text, mustBeSpoken), { numRuns: 200 });
  });

  test("however words, numbers and marks are mixed", async () => {
    const piece = fc.oneof(
      fc.constantFrom(...Array.from("'’\"“.,:;!?-–—…/\\@#$£€¥¢%&*+=~^_|<>()[]{}°½² \n")),
      fc.constantFrom(
        "Dr.",
        "can't",
        "King I",
        "Chapter X",
        "USD",
        "Jan.",
        "p.m.",
        "www.",
        "](/",
        "https://",
      ),
      fc.constantFrom("constructor", "__proto__", "toString", "hasOwnProperty", "DEFAULT", "None"),
      fc.nat().map(String),
      fc.double({ noNaN: true }).map(String),
      fc.string({ unit: "grapheme", maxLength: 6 }),
      fc.stringMatching(/^[A-Za-z]{1,8}$/),
    );
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
    await fc.assert(fc.asyncProperty(text, mustBeSpoken), { numRuns: 400 });
  });

  test.each([
    "constructor",
    "__proto__",
    "__proto__ constructor",
    "Constructor's",
    "9".repeat(500),
  ])("%j", mustBeSpoken);
});

describe("ten thousand characters are read in linear time", () => {
  const patterns = [
    ...Array.from("aA1(.\"'-_/+%[=$° \n\t😀漢\ud800\0"),
    ...[
      "a-",
      "aA",
      "a1",
      "1-",
      "1,111,",
      "a.",
      "A. ",
      "A.\t",
      "..",
      ". ",
      "a'",
      "'s",
      "](",
      "[](",
      "[a](b)",
    ],
    ...[
      "$1,111",
      "#1",
      "-1",
      "a@b.c",
      "a.b.com",
      "https://",
      "King I ",
      "12:34 ",
      "can't",
      "5 km ",
    ],
    ...[
      "a@b.c.",
      "a.b/",
      "a_b.c.d-",
      "+1 ",
      "+1(2",
      "555-0199 ",
      "555-",
      "code 12-",
      "code is number ",
      "$5-",
      "$1,111-$2.2",
      "US$",
      "9am-",
      "1h 2",
      "v1.",
      "1.2.3.",
      "1:2 ",
      "1:",
      "1/2 1/",
      "5'10\"",
      "1x",
      "10-12",
      "No. 5 ",
      "Mon-",
      "-> ",
      "A.B.",
      "[a](/b/)",
      "[a](/",
      "IPv6 C++ ",
    ],
  ];

  test.each(patterns.map((pattern) => [pattern]))("%j over and over", async (pattern) => {
    const text = pattern.repeat(Math.ceil(10_000 / pattern.length));
    const start = performance.now();
    await mustBeSpoken(text);
    // Takes up to 0.6 s; quadratic time would take minutes.
    expect(performance.now() - start).toBeLessThan(8_000);
  });
});
