import type { Arena, Contestant } from "../arena.ts";
import { type Figure, percent, spread } from "../figure.ts";
import { type Scenario, sentences, shortAnswer } from "../scenario.ts";

/** What a good recogniser makes of each; Whisper's own opinion with `hearing: "embedded"`. */
const smallSounds = { uh: "Uh.", cough: "", noise: "", "mm-hm": "Mm-hm." } as const;
type SmallSound = keyof typeof smallSounds;

const scenario: Scenario = { ...shortAnswer, tokens: sentences(30), sentenceMs: 2_000 };
/** The agent is watched for so long after the sound began. */
const watchMs = 2_000;
const cancelled = new Set(["ttsCancelled", "turnWithdrawn"]);

interface Outcome {
  readonly sound: SmallSound;
  readonly killed: boolean;
  /** From the sound's beginning until the agent, which had fallen silent, goes on; 0: it never stopped. */
  readonly resumedMs: number;
}

/** Small sounds over an answer: how many end it, and how soon it goes on otherwise. */
export async function killedAnswers(arena: Arena): Promise<Figure[]> {
  return figuresOf(arena, "killed-answers", scenario);
}

/** The same with Whisper as the recogniser of both sides. */
export async function killedAnswersEmbedded(arena: Arena): Promise<Figure[]> {
  const whisper: Scenario = { ...scenario, hearing: "embedded" };
  return figuresOf(arena, "killed-answers, Whisper hears", whisper);
}

async function figuresOf(arena: Arena, name: string, scenario: Scenario): Promise<Figure[]> {
  const { ours, incumbent } = await arena.measure(name, { scenario, rounds: 16 }, disturb);
  const killed = (all: readonly Outcome[] | undefined) =>
    all && percent(all.filter(({ killed }) => killed).length, all.length);
  const resumed = (all: readonly Outcome[] | undefined) =>
    all && spread(all.filter(({ killed }) => !killed).map(({ resumedMs }) => resumedMs));
  return [
    {
      name: `${name}: ended by "uh", cough, noise, "mm-hm"`,
      unit: "%",
      ours: killed(ours),
      incumbent: killed(incumbent),
      target: { p50: 5 },
    },
    {
      name: `${name}: going on again, from the sound's beginning`,
      unit: "ms",
      ours: resumed(ours),
      incumbent: resumed(incumbent),
      target: { p50: 700, p95: 700 },
    },
  ];
}

async function disturb(contestant: Contestant): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const names = Object.keys(smallSounds) as SmallSound[];
  let speaking = false;
  for (let round = 0; round < contestant.rounds; round += 1) {
    const sound = names[round % names.length] ?? "uh";
    if (!speaking) await startAnswer(contestant);
    const outcome = await disturbOnce(contestant, sound);
    outcomes.push(outcome);
    // A long answer is begun anew before it ends by itself.
    speaking = !outcome.killed && round % 8 !== 7;
  }
  return outcomes;
}

async function startAnswer({ caller, server }: Contestant): Promise<void> {
  server.willHear("Tell me more.");
  const { endedAt } = await caller.sayTimed("how-much");
  const answered = await caller.until("silent", 100, endedAt - 50);
  await caller.until("audible", 800, answered);
}

async function disturbOnce({ caller, server }: Contestant, sound: SmallSound): Promise<Outcome> {
  server.willHear(smallSounds[sound]);
  const { beganAt } = await caller.sayTimed(sound);
  const end = beganAt + watchMs;
  const audible = await Promise.race([
    caller.until("audible", 300, end).then(() => true),
    delay(end - (await caller.now()) + 1_000).then(() => false),
  ]);
  const killed =
    !audible || caller.events.some(({ name, at }) => cancelled.has(name) && at > beganAt);
  const holes = await caller.holes(beganAt, end);
  const last = holes.at(-1);
  return { sound, killed, resumedMs: last ? Math.round(last.endedAt - beganAt) : 0 };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
