import { speakable } from "@metered/llmrtc-core";
import fc from "fast-check";
import { expect, test } from "vitest";

test.each([
  ["**Hello** there, *you* and __you__ and _you_.", "Hello there, you and you and you."],
  ["***Very*** ~~wrong~~ right.", "Very wrong right."],
  ["**Half a", "Half a"],
  ["bold.** And *italic", "bold. And italic"],
  ["## The plan ##", "The plan"],
  ["> He said so.", "He said so."],
  ["- milk", "milk"],
  ["* [x] eggs", "eggs"],
  ["1. Boil the water.", "1. Boil the water."],
  ["Run `npm start` now.", "Run npm start now."],
  ["Call \\*this\\* number.", "Call this number."],
  ["The value is \\(x\\).", "The value is x."],
  ["See [the docs](https://example.com/a_(b)?c=d).", "See the docs."],
  ["![A cat](cat.png)", "A cat"],
  ["As [they say][1][^2].", "As they say."],
  ["It is so【4†source】.", "It is so."],
  ["Go to https://www.example.com/path/to?x=1.", "Go to example.com."],
  ["At <https://example.com>, or http://example.org/.", "At example.com, or example.org."],
  ["Or http://localhost:8787 here.", "Or localhost:8787 here."],
  ["Mail <mailto:a@b.example> or c@d.example.", "Mail a@b.example or c@d.example."],
  ["One<br/>two <b>three</b><!-- four -->.", "One two three."],
  ["Fish &amp; chips &lt; 5&nbsp;euros", "Fish & chips < 5 euros"],
  ["| Name | Age |", "Name, Age"],
  ["Great job! 🎉👩‍👩‍👧 👍🏽 🇫🇷", "Great job!"],
  ["I love ❤️ it ✨.", "I love it."],
  ["Nice :) Really ;-)", "Nice Really"],
  ["the snake_case_name and __init__", "the snake case name and init"],
])("%j is said as %j", (written, said) => {
  expect(speakable(written)).toBe(said);
});

test.each([
  "5 * 3 is 15 and 2*3 is 6.",
  "It costs $5.20, i.e. 10 % of 52 © ACME™.",
  "If a < b and c > d, then why?",
  "Really?! Yes... it's 20 °C – “fine”.",
  "He (my brother) said: no; [sic] it is #1.",
  "你好，今天怎么样？",
  "Call +49 30 1234 at 10:30.",
])("plain prose comes back as it is: %j", (text) => {
  expect(speakable(text)).toBe(text);
});

test.each([
  "",
  " \n",
  "---",
  "* * *",
  "|---|:-:|",
  "--- | ---",
  "🎉",
  "**",
  "...",
  "<hr>",
  "[^1]",
  "🇫🇷!",
])("%j is nothing to say", (text) => {
  expect(speakable(text)).toBe("");
});

test("a hint to pronunciation is said as its word, or kept for a voice that reads it", () => {
  const text = "**Ask** [LLMRTC](/ˌɛlˌɛlˈɛm_*x*/) about ```[a](/b/)``` _[it](/ɪt/)_ 🎉.";
  expect(speakable(text)).toBe("Ask LLMRTC about it.");
  expect(speakable(text, { hints: true })).toBe("Ask [LLMRTC](/ˌɛlˌɛlˈɛm_*x*/) about [it](/ɪt/).");
  expect(speakable("[Shh](/ʃʃ/)", { hints: true })).toBe("[Shh](/ʃʃ/)");
  expect(speakable("[the docs](https://a.example/)", { hints: true })).toBe("the docs");
});

test("code blocks are not read aloud, open or closed", () => {
  expect(speakable("```js\nconst a = 1;\n```")).toBe("");
  expect(speakable("```python\nprint(1)")).toBe("");
  expect(speakable("Like this: ```x = 1``` it works.")).toBe("Like this: it works.");
});

const marks = fc.constantFrom(
  ...["**", "*", "_", "`", "```", "~~", "# ", "- ", "[", "](", ")", "<", ">", "|", "\n", " "],
  ...["word", "5", "http://", "example.com", "/a", "&amp;", "🎉", "\\", ".", "!", "é", ":)"],
);
const anyText = fc.oneof(
  fc.array(marks, { maxLength: 30 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme" }),
);

test("whatever comes in, no mark, picture, line break or padding comes out", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const said = speakable(text);
      expect(said).not.toMatch(/\*\*|`|_|~~|\n|\u{1F389}|\s\s|^\s|\s$/u);
      if (said) expect(said).toMatch(/[\p{L}\p{N}]/u);
    }),
    { numRuns: 3000 },
  );
});

test("words of letters and plain stops pass untouched", () => {
  const word = fc.stringMatching(/^[a-zA-Z']{1,10}[.,!?]?$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      const text = words.join(" ");
      if (/[a-z]/iu.test(text)) expect(speakable(text)).toBe(text);
    }),
  );
});

test("a long reply of nothing but marks is read in no time", () => {
  const started = performance.now();
  for (const mark of ["*", "_", "[", "<", "|", "`", "](", "- ", "<!--", "http://a"]) {
    speakable(mark.repeat(5000));
  }
  expect(performance.now() - started).toBeLessThan(2000);
});
