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
/** Silence between two sentences when the voice takes 300 ms for its first byte. */
export async function sentenceGap(arena: Arena): Promise<Figure[]> {
  const gaps = await arena.measure("sentence-gap", { scenario, rounds: 4 }, listen);
  return [
    {
      name: "hole between sentences, first byte of the voice after 300 ms",
      unit: "ms",
      ours: gaps.ours && spread(gaps.ours),
      incumbent: gaps.incumbent && spread(gaps.incumbent),
      target: { p50: 0, p95: 0 },
    },
  ];
}

/** @returns milliseconds of silence at each of the seams, the longest first; 0 where there is none */
async function listen({ caller, rounds }: Contestant): Promise<readonly number[]> {
  const gaps: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { endedAt } = await caller.sayTimed("how-much");
    const from = await caller.until("audible", 20, endedAt);
    const to = await caller.until("silent", 1_000, from);
    const holes = (await caller.holes(from, to - 20))
      .map(({ beganAt, endedAt }) => Math.round(endedAt - beganAt))
      .toSorted((a, b) => b - a);
    process.stderr.write(`${Math.round(to - from)} ms of speech\n`);
    gaps.push(...Array.from({ length: count - 1 }, (_, seam) => holes[seam] ?? 0));
  }
  return gaps;
}
