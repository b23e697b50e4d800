import { SpokenLedger } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

function spoken(...sentences: readonly (readonly [string, number])[]): SpokenLedger {
  const ledger = new SpokenLedger();
  for (const [text, ms] of sentences) {
    ledger.sentence(text);
    ledger.audio(ms);
  }
  ledger.end();
  return ledger;
}

describe("the ledger of what was heard", () => {
  test("nothing played is nothing heard", () => {
    expect(spoken(["Hello there.", 800]).heard(0)).toBe("");
  });

  test("all played is all heard", () => {
    expect(spoken(["Hello there.", 800], ["How are you?", 900]).heard(1700)).toBe(
      "Hello there. How are you?",
    );
  });

  test("a sentence cut in its middle keeps its first words", () => {
    expect(spoken(["One two three four five six.", 2000]).heard(1000)).toBe("One two three");
  });

  test("a sentence whose sound is still being made is judged by an average rate", () => {
    const ledger = new SpokenLedger();
    ledger.sentence("This is a rather long sentence that has only begun to sound.");
    ledger.audio(600);
    expect(ledger.heard(600)).toBe("This is a");
  });

  test("more time never hears fewer words", () => {
    const sentence = fc.tuple(
      fc
        .array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 8 })
        .map((w) => w.join(" ")),
      fc.integer({ min: 1, max: 5000 }),
    );
    fc.assert(
      fc.property(fc.array(sentence), fc.nat(20_000), fc.nat(5_000), (sentences, ms, more) => {
        const ledger = spoken(...sentences);
        expect(ledger.heard(ms + more).startsWith(ledger.heard(ms))).toBe(true);
      }),
    );
  });
});
