import { mostUrgent, type Step } from "@metered/llmrtc-onnx";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AcousticModel } from "../../src/hibari/acoustic.ts";
import { bins, type AcousticFrames } from "../../src/hibari/frames.ts";
import { queueDueInMs, speechJob, type SpeechParts } from "../../src/hibari/speech-job.ts";
import type { TextFrontEnd } from "../../src/hibari/text/front-end.ts";

/** Sentences end with a full stop; each letter is its own sound. */
const frontEnd: TextFrontEnd = {
  ids: (phonemes) => [0, ...Array.from(phonemes, (letter) => letter.charCodeAt(0)), 0],
  async *sentences(text) {
    for (const [sentence] of text.matchAll(/[^.]+\./g)) {
      yield { text: sentence, phonemes: sentence, ids: frontEnd.ids(sentence) };
    }
  },
};

const framesPerSound = 5;
const quiet = new Float32Array(bins * framesPerSound * 300).fill(-9);
const f0 = new Float32Array(framesPerSound * 300).fill(150);

/** Speaks in one tone. `ran` hears of every run, which costs time in a real net. */
function tone(ran: (frames: number) => void = () => undefined): AcousticModel {
  return {
    async frames(ids): Promise<AcousticFrames> {
      const frames = ids.length * framesPerSound;
      ran(frames);
      return {
        frames,
        f0: f0.subarray(0, frames),
        lh: quiet,
        theta: quiet,
        ln: quiet,
        lr: quiet,
        phi: quiet,
      };
    },
    close: async () => undefined,
  };
}

function parts(over: Partial<SpeechParts> = {}): SpeechParts {
  return { frontEnd, acoustic: tone(), now: () => 0, ...over };
}

async function said(text: string, over?: Partial<SpeechParts>): Promise<Step<Uint8Array>[]> {
  const steps: Step<Uint8Array>[] = [];
  const input = { text, speed: 1, continues: false };
  for await (const step of speechJob(parts(over), input, { dueAt: 1000 })) {
    steps.push(step);
  }
  return steps;
}

const durationOf = (run: Uint8Array) => run.length / 2 / 24;

test("the next run is due 1.5 s before the listener has heard what was made", async () => {
  let heardUntil = 1000;
  for (const step of await said("abcdefgh. ijkl.")) {
    if (!step.result) continue;
    heardUntil += durationOf(step.result);
    expect(step.dueAt).toBeCloseTo(heardUntil - 1500);
    expect(durationOf(step.result)).toBeLessThanOrEqual(200);
  }
  expect(heardUntil).toBeGreaterThan(1500);
});

test("what continues a speech is due a cushion early, and counts from when it is heard", async () => {
  const dueAt = queueDueInMs({ dueInMs: 900, continues: true });
  expect(dueAt).toBe(-600);
  const input = { text: "abc.", speed: 1, continues: true };
  for await (const { result, dueAt: next } of speechJob(parts(), input, { dueAt })) {
    if (!result) continue;
    expect(next).toBeCloseTo(dueAt + durationOf(result));
    break;
  }
  expect(queueDueInMs({ dueInMs: 0, continues: false })).toBe(0);
});

test("what was made late counts from when it was made", async () => {
  const [first] = (await said("abc.", { now: () => 5000 })).filter((step) => step.result);
  expect(first?.dueAt).toBeCloseTo(3500 + durationOf(first?.result ?? new Uint8Array()));
});

test("a long first sentence starts with its first clause, and others may go before each piece", async () => {
  const runs: number[] = [];
  const steps = await said(`${"a".repeat(30)}, ${"b".repeat(50)}. ccc.`, {
    acoustic: tone((frames) => runs.push(frames / framesPerSound - 2)),
  });
  expect(runs).toEqual([31, 51, " ccc.".length]);
  expect(steps.filter((step) => !step.result)).toHaveLength(3);
});

test("nothing to say is no run at all", async () => {
  expect(await said("")).toEqual([]);
});

test("the next sentence is not made before it is asked for", async () => {
  const runs: number[] = [];
  const acoustic = tone((frames) => runs.push(frames));
  for await (const step of speechJob(
    parts({ acoustic }),
    { text: "abc. def. ghi.", speed: 1, continues: false },
    { dueAt: 0 },
  )) {
    if (step.result) break;
  }
  expect(runs).toHaveLength(1);
});

/** Costs in milliseconds of one thread, as measured: the net per frame, the vocoder per 200 ms. */
interface Costs {
  readonly netPerFrame: number;
  readonly vocoderPerRun: number;
}

interface Speaker {
  readonly id: number;
  readonly startsAt: number;
  readonly steps: AsyncGenerator<Step<Uint8Array>, void>;
  dueAt: number;
  unread: number;
  credit: number;
  heardUntil: number | undefined;
  firstSoundAfter: number;
  gaps: number;
  done: boolean;
}

const window = 8;
/** A listener's playout reads on when it has less than this left to play. */
const playoutMs = 80;

/** One worker and listeners that hear in real time, on a clock that only the work moves. */
async function serveInTurn(
  texts: readonly { readonly text: string; readonly startsAt: number }[],
  costs: Costs,
): Promise<readonly Speaker[]> {
  let time = 0;
  const acoustic = tone((frames) => (time += frames * costs.netPerFrame));
  const speakers = texts.map(({ text, startsAt }, id): Speaker => {
    const job = { text, speed: 1, continues: false };
    return {
      id,
      startsAt,
      steps: speechJob(parts({ acoustic, now: () => time }), job, { dueAt: startsAt }),
      dueAt: startsAt,
      unread: 0,
      credit: window,
      heardUntil: undefined,
      firstSoundAfter: 0,
      gaps: 0,
      done: false,
    };
  });
  while (speakers.some((speaker) => !speaker.done)) {
    for (const speaker of speakers) {
      const left = (speaker.heardUntil ?? 0) - time;
      const unread = Math.max(0, Math.floor((left - playoutMs) / 200));
      speaker.credit = window - Math.min(speaker.unread, unread);
      speaker.unread = window - speaker.credit;
    }
    const next = mostUrgent(speakers.filter((one) => !one.done && one.startsAt <= time));
    if (!next) {
      time += 1;
      continue;
    }
    const { done, value } = await next.steps.next();
    next.done = done === true;
    if (!value?.result) continue;
    time += costs.vocoderPerRun;
    if (next.heardUntil === undefined) next.firstSoundAfter = time - next.startsAt;
    else if (next.heardUntil < time) next.gaps += 1;
    next.heardUntil = Math.max(next.heardUntil ?? 0, time) + durationOf(value.result);
    next.unread += 1;
    next.dueAt = value.dueAt ?? next.dueAt;
  }
  return speakers;
}

const sentence = fc
  .array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 10 })
  .map((words) => words.map((length) => "a".repeat(length)).join(" ") + ".");
const reply = fc.array(sentence, { minLength: 1, maxLength: 2 }).map((all) => all.join(" "));
const tenAgents = fc.array(
  fc.record({ text: reply, startsAt: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3000 })) }),
  { minLength: 10, maxLength: 10 },
);

test.each([
  { runtime: "native", costs: { netPerFrame: 0.1, vocoderPerRun: 1.5 } },
  { runtime: "wasm", costs: { netPerFrame: 0.33, vocoderPerRun: 1.5 } },
])("ten agents talk at once from one $runtime worker and none falls silent", async ({ costs }) => {
  await fc.assert(
    fc.asyncProperty(tenAgents, async (texts) => {
      const speakers = await serveInTurn(texts, costs);
      expect(speakers.map((speaker) => speaker.gaps)).toEqual(new Array(10).fill(0));
    }),
    { numRuns: 4, endOnFailure: true }, // shrinking would take minutes
  );
});

test("who starts while nine talk is not kept waiting for what they say later", async () => {
  const costs = { netPerFrame: 0.1, vocoderPerRun: 1.5 };
  const long = Array.from({ length: 3 }, () => `${"a".repeat(9)} ${"b".repeat(60)}.`).join(" ");
  const talking = Array.from({ length: 9 }, () => ({ text: long, startsAt: 0 }));
  const speakers = await serveInTurn([...talking, { text: "hello.", startsAt: 2000 }], costs);
  // Its own work, and at worst the net run that was just under way.
  expect(speakers.at(-1)?.firstSoundAfter).toBeLessThan(60);
});
