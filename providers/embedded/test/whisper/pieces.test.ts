import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { repeatedTail } from "../../src/whisper/loops.ts";
import { longestPart, partsOf } from "../../src/whisper/parts.ts";
import { contextFrames, sparseFrames } from "../../src/whisper/positions.ts";
import { resultOf } from "../../src/whisper/result.ts";
import { TokenChoice } from "../../src/whisper/token-choice.ts";
import { TokenText } from "../../src/whisper/tokens.ts";
import { Utterance } from "../../src/whisper/utterance.ts";
import { noise } from "./clips.ts";

describe("the repetition guard", () => {
  test("finds a phrase that stands three times in a row", () => {
    expect(repeatedTail([9, 1, 2, 1, 2, 1, 2])).toBe(4);
    expect(repeatedTail([9, 1, 2, 1, 2])).toBe(0);
    expect(repeatedTail([1, 2, 1, 2, 1, 2, 9])).toBe(0);
  });

  test("lets a word be said three times", () => {
    expect(repeatedTail([5, 5, 5])).toBe(0);
    expect(repeatedTail([5, 5, 5, 5])).toBe(3);
  });

  test("leaves one copy of whatever was repeated", () => {
    const phrase = fc.uniqueArray(fc.nat(50), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(phrase, (once) => {
        const looped = [99, ...once, ...once, ...once];
        expect(looped.slice(0, looped.length - repeatedTail(looped))).toEqual([99, ...once]);
      }),
    );
  });
});

describe("long sound", () => {
  test("is cut into parts that fit, losing nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (seconds) => {
        const pcm = noise(seconds, 1_000);
        const parts = partsOf(pcm);
        expect(parts.every((part) => part.length <= longestPart)).toBe(true);
        expect(parts.flatMap((part) => [part.length]).reduce((a, b) => a + b)).toBe(pcm.length);
      }),
      { numRuns: 20 },
    );
  });

  test("is cut where it is quiet", () => {
    const pcm = noise(40, 8_000);
    pcm.fill(0, 23.5 * 16_000, 24 * 16_000);
    const [first] = partsOf(pcm);
    expect(first?.length).toBeGreaterThanOrEqual(23.5 * 16_000);
    expect(first?.length).toBeLessThanOrEqual(24 * 16_000);
  });
});

test("encoder positions never fall and reach the end of the context, the sound's own without a gap", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 * 16_000 }), (samples) => {
      const { count, positions } = sparseFrames(samples, 50, 128);
      expect(positions).toHaveLength(count);
      expect(positions.at(-1)).toBe(contextFrames - 1);
      expect(positions.every((at, i) => i === 0 || at >= (positions[i - 1] ?? 0))).toBe(true);
      const sounding = Math.min(contextFrames, Math.ceil(samples / 320));
      expect(positions.slice(0, sounding)).toEqual(Array.from({ length: sounding }, (_, i) => i));
    }),
  );
});

test("characters that span tokens are put together", () => {
  const text = new TokenText(["caf", "Ã", "©", "Ġau", "Ġlait"]);
  expect(text.text([0, 1, 2, 3, 4])).toBe("café au lait");
});

describe("the choice of a token", () => {
  const rules = { vocab: 5, sot: 4, suppress: [1], suppress_at_begin: [2] };
  const logits = Float32Array.of(0, 9, 3, 1, 9);

  test("leaves out what is never said, and at the beginning more", () => {
    const choice = new TokenChoice(rules);
    expect(choice.best(logits, 0, false).token).toBe(2);
    expect(choice.best(logits, 0, true).token).toBe(3);
  });

  test("tells probabilities that sum to one", () => {
    const choice = new TokenChoice(rules);
    const sum = [0, 1, 2, 3, 4].reduce((s, token) => s + choice.probability(logits, token), 0);
    expect(sum).toBeCloseTo(1, 6);
  });
});

describe("an utterance", () => {
  test("keeps everything in order, in runs of any length", () => {
    fc.assert(
      fc.property(fc.array(fc.int16Array({ maxLength: 5_000 }), { maxLength: 30 }), (runs) => {
        const utterance = new Utterance();
        for (const run of runs) utterance.append(run);
        expect([...utterance.pcm]).toEqual(runs.flatMap((run) => [...run]));
      }),
      { numRuns: 30 },
    );
  });

  test("knows a pause from speech", () => {
    const utterance = new Utterance();
    utterance.append(noise(1, 8_000));
    expect(utterance.pausing).toBe(false);
    utterance.append(noise(0.2, 100));
    expect(utterance.pausing).toBe(true);
    utterance.append(noise(0.2, 4_000));
    expect(utterance.pausing).toBe(false);
  });
});

test("results of parts are joined, empty ones left out, confidence weighed by length", () => {
  const part = (text: string, tokens: number, averageLogProb: number) => ({
    text,
    tokens: Array.from({ length: tokens }, () => 1),
    averageLogProb,
    noSpeech: 0,
    frames: 0,
  });
  const joined = resultOf([part(" One", 1, -0.4), part("", 0, 0), part(" two three.", 3, 0)], true);
  expect(joined.text).toBe("One two three.");
  expect(joined.confidence).toBeCloseTo(Math.exp(-0.1), 6);
  expect(resultOf([], false)).toEqual({ text: "", isFinal: false });
});
