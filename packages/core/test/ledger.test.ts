import { estimateWords, type Pcm, SpokenLedger } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** 24 kHz: a voice, or silence. */
const voice = (ms: number): Pcm =>
  Int16Array.from({ length: ms * 24 }, (_, i) => 8_000 * Math.sin(i / 9));
const silence = (ms: number): Pcm => new Int16Array(ms * 24);

function spoken(...sentences: readonly (readonly [string, number])[]): SpokenLedger {
  const ledger = new SpokenLedger();
  for (const [text, ms] of sentences) {
    ledger.sentence(text);
    ledger.audio(voice(ms));
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
    ledger.audio(voice(600));
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

  test("silence around a sentence belongs to no word", () => {
    const ledger = new SpokenLedger();
    ledger.sentence("One two three four.");
    for (const pcm of [silence(500), voice(1000), silence(900)]) ledger.audio(pcm);
    ledger.end();
    expect(ledger.heard(480)).toBe("");
    expect(ledger.heard(1000)).toMatch(/^One two/);
    expect(ledger.heard(1000)).not.toContain("four");
    expect(ledger.heard(1500)).toBe("One two three four.");
  });

  test("a pause in the sound is where the text has a comma", () => {
    const ledger = new SpokenLedger();
    ledger.sentence("Yes, of course we can do that.");
    for (const pcm of [voice(600), silence(400), voice(1100)]) ledger.audio(pcm);
    ledger.end();
    for (const ms of [620, 800, 1000]) expect(ledger.heard(ms)).toBe("Yes,");
  });

  test("the voice's own times count more than the estimate", () => {
    const ledger = new SpokenLedger();
    ledger.sentence("One two three");
    ledger.words([
      { end: 3, endMs: 1000 },
      { end: 7, endMs: 1100 },
    ]);
    ledger.audio(voice(1500));
    ledger.words([{ end: 13, endMs: 1500 }]);
    expect(ledger.heard(900)).toBe("");
    expect(ledger.heard(1000)).toBe("One");
    expect(ledger.heard(1200)).toBe("One two");
  });

  test("words said at their own pace, with pauses at the commas, are cut right within one word", () => {
    const word = fc.record({
      letters: fc.stringMatching(/^[b-z]{2,9}$/),
      comma: fc.boolean(),
      pace: fc.integer({ min: 48, max: 75 }),
    });
    let cuts = 0;
    let right = 0;
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 3, maxLength: 14 }),
        fc.integer({ min: 100, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (words, pauseMs, share) => {
          const ledger = new SpokenLedger();
          ledger.sentence(
            words.map(({ letters, comma }) => letters + (comma ? "," : "")).join(" "),
          );
          const ends: number[] = [];
          ledger.audio(silence(120));
          for (const { letters, comma, pace } of words) {
            ledger.audio(voice(letters.length * pace));
            ends.push(ledger.totalMs);
            if (comma) ledger.audio(silence(pauseMs));
          }
          ledger.end();
          const playedMs = share * ledger.totalMs;
          const told = ledger.heard(playedMs).split(" ").filter(Boolean).length;
          const truth = ends.filter((end) => end <= playedMs).length;
          cuts += 1;
          if (Math.abs(told - truth) <= 1) right += 1;
        },
      ),
      { numRuns: 400, seed: 5 },
    );
    expect(right / cuts).toBeGreaterThanOrEqual(0.95);
  });

  test("of any sound and text, the last word ends no later than the sound", () => {
    const text = fc.array(fc.stringMatching(/^[A-Za-z0-9,.]{1,9}$/), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, fc.array(fc.boolean(), { maxLength: 400 }), (words, sounding) => {
        const placed = estimateWords(words.join(" "), sounding);
        const ends = placed.map(({ endMs }) => endMs);
        expect(placed).toHaveLength(words.length);
        expect(ends).toEqual([...ends].sort((a, b) => a - b));
        expect(ends.at(-1)).toBeLessThanOrEqual(sounding.length * 10);
      }),
    );
  });
});
