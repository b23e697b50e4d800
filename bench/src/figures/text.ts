import type { Arena, Contestant } from "../arena.ts";
import { type Figure, spread } from "../figure.ts";
import { shortAnswer } from "../scenario.ts";

const words = "It is a fine day. We can go out. Do you want tea first? Then let us do that now.";
const scenario = {
  ...shortAnswer,
  tokens: words.split(/(?<=\s)/),
  tokenMs: 20,
  sentenceMs: 600,
};

/** From the first to the last piece of text that the page gets of 20 that come every 20 ms. */
export async function text(arena: Arena): Promise<Figure[]> {
  const times = await arena.measure("text", { scenario, rounds: 6 }, read);
  return [
    {
      name: `last of ${scenario.tokens.length} pieces of text after the first, one every 20 ms`,
      unit: "ms",
      ours: times.ours && spread(times.ours),
      incumbent: times.incumbent && spread(times.incumbent),
      target: { p50: 420 },
    },
  ];
}

async function read({ caller, rounds }: Contestant): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { endedAt } = await caller.sayTimed("how-much");
    const audible = await caller.until("audible", 20, endedAt);
    const silent = await caller.until("silent", 800, audible);
    const pieces = caller.events.filter(
      ({ name, args, at }) => name === "llmChunk" && args[0] && at > endedAt && at < silent + 800,
    );
    const [first, last] = [pieces[0], pieces.at(-1)];
    if (!first || !last) throw new Error("no text came");
    times.push(Math.round(last.at - first.at));
  }
  return times;
}
