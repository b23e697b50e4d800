import type { Arena, Contestant } from "../arena.ts";
import { type Figure, spread } from "../figure.ts";
import { type Scenario, shortAnswer } from "../scenario.ts";

/** Finished sentences, trimmed to their last sound. */
const questions = ["how-much", "something-wrong", "credit-card", "feature-not-available"];
const settleMs = 400;

/**
 * From the true end of the caller's speech to the first audible sample in his browser, less what the
 * providers take.
 */
export async function latency(arena: Arena): Promise<Figure[]> {
  const times = await arena.measure("turn", { scenario: shortAnswer, rounds: 20 }, turns);
  const { stt, llm, tts } = shortAnswer.delaysMs;
  const own = (all: readonly number[] | undefined) =>
    all && spread(all.map((ms) => ms - stt - llm - tts));
  return [
    {
      name: `end of speech to first sound, less providers (${stt} + ${llm} + ${tts} ms)`,
      unit: "ms",
      ours: own(times.ours),
      incumbent: own(times.incumbent),
      target: { p50: 250, p95: 400 },
    },
  ];
}

/** The same with slower providers, whose time counts. */
export async function preemptiveLatency(arena: Arena): Promise<Figure[]> {
  const scenario: Scenario = { ...shortAnswer, delaysMs: { stt: 50, llm: 70, tts: 150 } };
  const times = await arena.measure("turn, preemptive", { scenario, rounds: 20 }, turns);
  return [
    {
      name: "end of speech to first sound, with providers of 50 + 70 + 150 ms",
      unit: "ms",
      ours: times.ours && spread(times.ours),
      incumbent: times.incumbent && spread(times.incumbent),
      target: { p50: 450 },
    },
  ];
}

async function turns({ caller, rounds }: Contestant): Promise<readonly number[]> {
  const times: number[] = [];
  for (let turn = 0; turn <= rounds; turn += 1) {
    const { endedAt } = await caller.sayTimed(questions[turn % questions.length] ?? "");
    const audible = await caller.until("audible", 20, endedAt);
    if (turn > 0) times.push(Math.round(audible - endedAt)); // the first turn warms up
    await caller.until("silent", settleMs, audible);
  }
  return times;
}
