import type { Arena, Contestant } from "../arena.ts";
import { type Figure, spread } from "../figure.ts";
import { sentences, shortAnswer } from "../scenario.ts";

const count = 5;
const scenario = {
  ...shortAnswer,
  delaysMs: { stt: 50, llm: 50, tts: 300 },
  tokens: sentences(count),
  sentenceMs: 1_000,
};
/** The browser stretches and squeezes sound by so much to keep its buffer filled. */
const blurMs = 20;

/**
 * By how much an answer is longer than its sentences, for each seam between two, when the voice takes
 * 300 ms for its first byte. Browsers conceal a hole by what came before, so silence alone would not
 * tell.
 */
export async function sentenceGap(arena: Arena): Promise<Figure[]> {
  const gaps = await arena.measure("sentence-gap", { scenario, rounds: 6 }, listen);
  return [
    {
      name: "hole between sentences, first byte of the voice after 300 ms",
      unit: "ms",
      ours: gaps.ours && spread(gaps.ours),
      incumbent: gaps.incumbent && spread(gaps.incumbent),
      target: { p50: 0 },
    },
  ];
}

/** @returns milliseconds for each seam; 0 where it is within what cannot be told */
async function listen({ caller, rounds }: Contestant): Promise<readonly number[]> {
  const gaps: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { endedAt } = await caller.sayTimed("how-much");
    const from = await caller.until("audible", 20, endedAt);
    const to = await caller.until("silent", 1_000, from);
    const gap = Math.round((to - from - count * scenario.sentenceMs) / (count - 1));
    gaps.push(gap <= blurMs ? 0 : gap);
  }
  return gaps;
}
