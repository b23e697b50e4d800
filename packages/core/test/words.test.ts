import { judgeWords } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const verdicts = (texts: readonly string[]) =>
  texts.map((text) => `${judgeWords(text).verdict}: ${text}`);
const all = (verdict: string, texts: readonly string[]) => {
  expect(verdicts(texts)).toEqual(texts.map((text) => `${verdict}: ${text}`));
};

describe("words that ask for more", () => {
  test("a trailing conjunction, preposition, article or possessive", () => {
    all("unfinished", [
      "I'd like to book a table for",
      "I called yesterday and",
      "Could I have the.",
      "my name is and i",
      "We were thinking of moving it to",
      "It's because",
      "That would be for my",
      "I was wondering if...",
    ]);
  });

  test("a filler", () => {
    all("unfinished", ["um", "I need to, um.", "it was last friday uh", "So, you know,", "I mean"]);
  });

  test("a number that is told in groups", () => {
    all("unfinished", [
      "My phone number is 555 123",
      "the order number is eight eight three two six",
      "My account number is 4.",
      "It's 4 4 2 0 9.",
    ]);
    all("finished", [
      "My phone number is 555 123 4567.",
      "It was in 1982.",
      "Press 5 for 10 minutes.",
    ]);
  });

  test("an auxiliary or a pronoun, unless a full stop was heard", () => {
    all("unfinished", ["The leader has", "your temporary greeting is", "So what happened is that"]);
    all("doubtful", ["He was not.", "I think it is."]);
  });

  test("writing that trails off or has no full stop where the recogniser writes them", () => {
    all("unfinished", [
      "Please enter the first...",
      "Weasels have eaten our f-",
      "Your message",
      "Well,",
    ]);
  });

  test("a clause that opens a sentence", () => {
    all("doubtful", ["To leave the conference.", "If you come on Monday.", "to change my seat"]);
    all("finished", ["To leave a message with us, please enter a mailbox number now."]);
  });
});

describe("words that are enough", () => {
  test("a sentence with a full stop", () => {
    all("finished", [
      "My daughter is allergic to peanuts and milk.",
      "How much does it cost?",
      "I moved to a smaller apartment!",
    ]);
  });

  test("a question may end in a preposition or an auxiliary", () => {
    all("finished", [
      "Which folder should I save the message to?",
      "Who is it for?",
      "Where is it at?",
    ]);
  });

  test("one or two words are a short answer", () => {
    all("short", ["Yes.", "Monday", "Of course.", "okay", "No, thanks."]);
  });
});

describe("words that tell nothing", () => {
  test("none, and whole sentences of a recogniser without punctuation", () => {
    all("unclear", [
      "",
      "  ",
      "how much does it cost",
      "i bought a phone",
      "wir brauchen zwei zimmer",
    ]);
  });
});

test("every text has a verdict and a reason", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(judgeWords(text).reason).not.toBe("");
    }),
  );
});
