import { type Pcm, resumePoint } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** 24 kHz: sound of some loudness, or silence. */
const part = (ms: number, level = 0): Pcm =>
  Int16Array.from({ length: ms * 24 }, (_, i) => Math.round(level * Math.sin(i / 5)));

const sound = (...parts: readonly Pcm[]): Pcm => Int16Array.from(parts.flatMap((one) => [...one]));

describe("speech that was cut goes on", () => {
  test("at the start of the word, with a little of the silence before it", () => {
    const cut = sound(part(500, 8_000), part(60), part(240, 8_000));
    expect(resumePoint(cut)).toBe(260);
  });

  test("where it was, between two words", () => {
    expect(resumePoint(sound(part(500, 8_000), part(200)))).toBeLessThanOrEqual(20);
  });

  test("not at the stop of a consonant", () => {
    const cut = sound(part(300, 8_000), part(60), part(100, 8_000), part(20), part(50, 8_000));
    expect(resumePoint(cut)).toBe(190);
  });

  test("at the quietest moment of a long word", () => {
    const cut = sound(part(700, 8_000), part(20, 900), part(200, 8_000));
    expect(resumePoint(cut)).toBeGreaterThanOrEqual(200);
    expect(resumePoint(cut)).toBeLessThanOrEqual(220);
  });

  test("where it was, in a sound that has no such moment", () => {
    expect(resumePoint(part(900, 8_000))).toBe(0);
  });

  test("never further back than there is sound, nor than a listener follows", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom(0, 300, 8_000))),
        (parts) => {
          const cut = sound(...parts.map(([ms, level]) => part(ms, level)));
          const ms = resumePoint(cut);
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(Math.min(620, cut.length / 24));
        },
      ),
    );
  });
});
