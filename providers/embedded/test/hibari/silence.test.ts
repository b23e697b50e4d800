import { expect, test } from "vitest";
import { bins, type AcousticFrames } from "../../src/hibari/frames.ts";
import { speechRange } from "../../src/hibari/silence.ts";

/** 12.5 ms per letter: `-` silence, `v` voice, `s` a hiss without voice. */
function frames(pattern: string): AcousticFrames {
  const count = pattern.length;
  const hiss = Float32Array.from({ length: bins * count }, (_, i) =>
    pattern[i % count] === "s" && i > 300 * count ? 1 : -9,
  );
  const quiet = new Float32Array(bins * count).fill(-9);
  return {
    frames: count,
    f0: Float32Array.from(pattern, (letter) => (letter === "v" ? 150 : 0)),
    lh: quiet,
    theta: quiet,
    ln: hiss,
    lr: quiet,
    phi: quiet,
  };
}

const silence = "-".repeat(20);

test("silence before speech is cut to 50 ms, silence after it to the pause", () => {
  const acoustic = frames(`${silence}svvv${silence}`);
  expect(speechRange(acoustic, 100)).toEqual({ first: 16, end: 32 });
});

test("a pause longer than the model's silence is that silence", () => {
  expect(speechRange(frames(`-vv--`), 300)).toEqual({ first: 0, end: 5 });
});

test("a pause inside speech is kept", () => {
  expect(speechRange(frames(`v${silence}s`), 0)).toEqual({ first: 0, end: 22 });
});

test("silence alone is nothing", () => {
  expect(speechRange(frames(silence), 300)).toEqual({ first: 0, end: 0 });
});
