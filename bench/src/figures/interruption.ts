import type { Arena, Contestant } from "../arena.ts";
import { type Figure, spread } from "../figure.ts";
import { sentences, shortAnswer } from "../scenario.ts";

const scenario = { ...shortAnswer, tokens: sentences(12), sentenceMs: 2_000 };
const interjections = ["how-much", "credit-card", "something-wrong"];

/** From the first sound of a caller who speaks over the agent to the silence in his browser. */
export async function interruption(arena: Arena): Promise<Figure[]> {
  const times = await arena.measure("interruption", { scenario, rounds: 21 }, interrupt);
  return [
    {
      name: "interrupting speech to silence in the browser",
      unit: "ms",
      ours: times.ours && spread(times.ours),
      incumbent: times.incumbent && spread(times.incumbent),
      target: { p50: 150, p95: 250 },
    },
  ];
}

async function interrupt({ caller, rounds }: Contestant): Promise<readonly number[]> {
  const times: number[] = [];
  let from = (await caller.sayTimed("how-much")).endedAt; // what he says starts the next long answer
  for (let round = 0; round < rounds; round += 1) {
    const audible = await caller.until("audible", 400, from);
    await caller.until("audible", 300 + ((round * 137) % 400), audible); // anywhere in a frame
    const { beganAt, endedAt } = await caller.sayTimed(interjections[round % 3] ?? "");
    const silent = await caller.until("silent", 150, beganAt);
    times.push(Math.round(silent - beganAt));
    from = Math.max(endedAt, silent);
  }
  return times;
}
