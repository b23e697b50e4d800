import { SentenceSplitter, type SentenceSplitterOptions } from "@metered/llmrtc-core";
import fc from "fast-check";
import { expect, test } from "vitest";

/** The pieces of a text that comes in one token each character, or in the given tokens. */
function split(text: string | readonly string[], options?: SentenceSplitterOptions): string[] {
  const splitter = new SentenceSplitter(options);
  return [...Array.from(text).flatMap((token) => splitter.push(token)), ...splitter.flush()];
}

test.each([
  ["Hello there. How are you?", ["Hello there.", "How are you?"]],
  ["What?! No way! Yes… Maybe.", ["What?!", "No way!", "Yes…", "Maybe."]],
  ['He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]],
  ["(It works.) **Really.** Yes.", ["(It works.)", "**Really.**", "Yes."]],
  ["Done! 🎉 What next?", ["Done!", "🎉 What next?"]],
  ["No. I do not.", ["No.", "I do not."]],
  ["It is 42. It always was.", ["It is 42.", "It always was."]],
])("%j is cut after its sentences", (text, pieces) => {
  expect(split(text)).toEqual(pieces);
});

test.each([
  "Pi is 3.14 and e is 2.72, roughly.",
  "Dr. Smith met Mrs. Jones at St. Mary's.",
  "Use fruit, e.g. apples, i.e. something sweet.",
  "The U.S. Senate meets at 5 p.m. Eastern time.",
  "See No. 5 and Fig. 3 on p. 12.",
  "J. R. R. Tolkien and John F. Kennedy.",
  "Read https://example.com/a.b?c=d. or www.example.org first.",
  "Write to jane.doe@example.co.uk about version 1.2.3 of it.",
  "Well... maybe it is, hmm… I think.",
  '"Really?" she asked.',
  "Yahoo! is a company.",
  "Meet at 10.30 on 24.12.2025 then.",
  "1. First things first.",
  "z.B. so, d.h. anders.",
])("%j is one sentence", (text) => {
  expect(split(text)).toEqual([text]);
});

test("an abbreviation can end a sentence when the next one plainly begins", () => {
  expect(split("He lives in the U.S. The rest do not. I left at 5 p.m. Then it rained.")).toEqual([
    "He lives in the U.S.",
    "The rest do not.",
    "I left at 5 p.m.",
    "Then it rained.",
  ]);
});

test.each([
  ["你好。今天怎么样？很好！谢谢", ["你好。", "今天怎么样？", "很好！", "谢谢"]],
  ["「はい。」そうです。", ["「はい。」", "そうです。"]],
  ["你好!很高兴", ["你好!", "很高兴"]],
  ["नमस्ते। आप कैसे हैं?", ["नमस्ते।", "आप कैसे हैं?"]],
  ["كيف حالك؟ بخير.", ["كيف حالك؟", "بخير."]],
])("%j is cut after the stops of its script", (text, pieces) => {
  expect(split(text)).toEqual(pieces);
});

test("lines and list items are pieces of their own", () => {
  expect(split("Two things:\n- milk\n- eggs\r\n\n1. Boil.\n2. Eat.")).toEqual([
    "Two things:",
    "- milk",
    "- eggs",
    "1. Boil.",
    "2. Eat.",
  ]);
});

test("a code block is one piece, also when it never ends", () => {
  const code = "```js\nconst a = 1;\n\nlog(a. b);\n```";
  expect(split(`Look: ${code}\nDone.`)).toEqual(["Look:", code, "Done."]);
  expect(split(`Look.\n${code.slice(0, -3)}`)).toEqual(["Look.", code.slice(0, -4)]);
});

test("a sentence is given away as soon as the next one begins", () => {
  const splitter = new SentenceSplitter();
  expect(splitter.push("Hello there.")).toEqual([]);
  expect(splitter.push(" How")).toEqual(["Hello there."]);
});

test("a long first sentence begins at a clause, later ones stay whole", () => {
  const sentence =
    "When the rain had stopped, we went out into the garden, and nobody spoke a word.";
  expect(split(`${sentence} ${sentence}`, { firstMaxChars: 40 })).toEqual([
    "When the rain had stopped,",
    "we went out into the garden, and nobody spoke a word.",
    sentence,
  ]);
});

test("a first clause of one word is not worth a cut", () => {
  expect(
    split("Well, we went out into the garden again, and nobody spoke.", { firstMaxChars: 32 }),
  ).toEqual(["Well, we went out into the garden again,", "and nobody spoke."]);
});

test("text without stops is cut at a space before the limit", () => {
  const pieces = split("word ".repeat(200));
  expect(pieces.length).toBeGreaterThan(3);
  for (const piece of pieces) expect(piece).toMatch(/^(?:word ?)+$/);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(300);
});

test("text without spaces is cut at the limit, never inside a character", () => {
  const pieces = split(`a${"😀".repeat(200)}`);
  expect(pieces.map((piece) => piece.length)).toEqual([299, 102]);
  for (const piece of pieces) expect(piece).not.toMatch(/\p{Cs}/u);
});

const ingredients = fc.constantFrom(
  ...["Hello", "world", "I", "The", "Dr", "U.S", "No", "e.g", "5", "3.14", "a", "日本", "😀", "é"],
  ...[".", "...", "!", "?", "…", "。", "，", ",", ":", " - ", "—", '"', ")", "(", "*", "`", "```"],
  ...[" ", " ", " ", "\n", "\t", "word word word word word word word"],
);
const anyText = fc.oneof(
  fc.array(ingredients, { maxLength: 60 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", maxLength: 200 }),
);
const anyLimits = fc.record({
  firstMaxChars: fc.integer({ min: 1, max: 120 }),
  maxChars: fc.integer({ min: 20, max: 120 }),
});

test("together the pieces hold the whole text, in order, up to white space", () => {
  fc.assert(
    fc.property(anyText, anyLimits, (text, limits) => {
      const bare = (some: string) => some.replace(/\s/gu, "");
      expect(bare(split([text], limits).join(""))).toBe(bare(text));
    }),
    { numRuns: 2000 },
  );
});

test("a stop at the limit waits for the word that tells whether it ends a sentence", () => {
  const pieces = ["abcdefghijklm, n etc.", "The rest"];
  expect(split("abcdefghijklm, n etc. The rest", { maxChars: 21 })).toEqual(pieces);
  expect(split(["abcdefghijklm, n etc. The rest"], { maxChars: 21 })).toEqual(pieces);
});

test("how the text is cut into tokens changes nothing", () => {
  fc.assert(
    fc.property(anyText, anyLimits, fc.array(fc.nat()), (text, limits, cuts) => {
      const edges = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length];
      edges.sort((a, b) => a - b);
      const tokens = edges.slice(1).map((edge, i) => text.slice(edges[i], edge));
      expect(split(tokens, limits)).toEqual(split([text], limits));
      expect(split(text.split(""), limits)).toEqual(split([text], limits));
    }),
    { numRuns: 20_000 },
  );
});

test("no piece is empty, padded or, but for code, longer than the limit", () => {
  fc.assert(
    fc.property(anyText, anyLimits, (text, limits) => {
      for (const piece of split([text], limits)) {
        expect(piece).not.toBe("");
        expect(piece).toBe(piece.trim());
        if (!piece.includes("```")) expect(piece.length).toBeLessThanOrEqual(limits.maxChars);
      }
    }),
    { numRuns: 2000 },
  );
});

test("after a flush the splitter is as new", () => {
  const splitter = new SentenceSplitter();
  splitter.push("Half a");
  expect(splitter.flush()).toEqual(["Half a"]);
  expect(splitter.flush()).toEqual([]);
  expect(splitter.push("One. Two")).toEqual(["One."]);
});

test("a chunker of one's own decides; what it returns last waits for more", () => {
  const chunker = (text: string) => text.split(/(?<=;)/u);
  expect(split(["a;b", "c; ", "d"], { chunker })).toEqual(["a;", "bc;", "d"]);
  const splitter = new SentenceSplitter({ chunker });
  expect(splitter.push("one; two; three")).toEqual(["one;", "two;"]);
  expect(splitter.flush()).toEqual(["three"]);
});

test("a chunker that returns nothing loses nothing", () => {
  expect(split(["a", "b"], { chunker: () => [] })).toEqual(["ab"]);
});
