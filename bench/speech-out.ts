// The embedded voice on each engine: how soon speech starts, and whether ten agents who talk at once
// from one worker thread, all beginning at the same moment, ever fall silent. Listeners hear in real
// time, 80 ms ahead as on a call.
// `npm run bench -- speech-out [agents] [seconds]`
import { durationMs, PcmReader, speakerFormat } from "@metered/llmrtc-core";
import { EmbeddedTTSProvider } from "@metered/llmrtc-provider-embedded";
import { setTimeout as wait } from "node:timers/promises";
import { show, summarise, table } from "./src/table.ts";

const [agents = 10, seconds = 15] = process.argv.slice(2).map(Number);
const playoutMs = 80;

const sentences = {
  "1 word": "Hello!",
  "6 words": "How can I help you today?",
  "15 words": "Please press one to confirm, or two to hear the list of free times again.",
  "35 words":
    "If you want to know, as most people do, how the house was built and who paid for it in the end, " +
    "then ask me another question tomorrow morning, because today I have to go home early.",
};

const replies = [
  "Your order left our warehouse this morning. It should arrive on Thursday before noon. " +
    "You will get a message when the driver is ten minutes away. Is there anything else?",
  "There was no possibility of taking a walk that day, since the cold wind had brought clouds so dark, " +
    "and a rain so heavy, that going out was out of the question. I was glad of it.",
  "Yes. I have a table for four at half past seven. Would you like to sit inside or on the terrace? " +
    "It may rain later, but there are heaters and a roof, and the view is worth it.",
];

const firstSpeech: string[][] = [];
const atOnce: string[][] = [];

for (const runtime of ["native", "wasm"] as const) {
  const voice = new EmbeddedTTSProvider({ runtime });
  const started = performance.now();
  await voice.init();
  const startMs = performance.now() - started;

  for (const [name, text] of Object.entries(sentences)) {
    const first: number[] = [];
    const whole: number[] = [];
    let spokenMs = 0;
    for (let i = 0; i < 15; i++) {
      const asked = performance.now();
      const at: number[] = [];
      spokenMs = 0;
      for await (const run of voice.speakStream(text)) {
        at.push(performance.now() - asked);
        spokenMs += playMs(run);
      }
      first.push(at.at(0) ?? Number.NaN);
      whole.push(at.at(-1) ?? Number.NaN);
    }
    const [soon, all] = [summarise(first), summarise(whole)];
    firstSpeech.push([runtime, name, (spokenMs / 1000).toFixed(2), show(soon), show(all)]);
  }

  const begun = performance.now();
  const cpu = process.cpuUsage();
  const calls = await Promise.all(Array.from({ length: agents }, (_, i) => talk(voice, i)));
  const { user, system } = process.cpuUsage(cpu);
  const core = (user + system) / 1000 / (performance.now() - begun);
  const starts = calls.flatMap((call) => call.startMs);
  const waits = calls.flatMap((call) => call.waitMs);
  atOnce.push([
    runtime,
    String(agents),
    `${waits.filter((waited) => waited > playoutMs).length} of ${waits.length}`,
    Math.max(...waits).toFixed(0),
    show(summarise(starts)),
    Math.max(...starts).toFixed(0),
    `${(100 * core).toFixed(0)} %`,
    startMs.toFixed(0),
  ]);
  await voice.close();
}

console.log(
  table(["", "text", "speech, s", "first run, ms: median (least)", "all, ms"], firstSpeech),
);
console.log();
console.log(
  table(
    [
      "",
      "agents",
      "gaps",
      "longest wait for a run, ms",
      "first run, ms: median (least)",
      "latest",
      "of a core",
      "load and warm, ms",
    ],
    atOnce,
  ),
);

/**
 * Speaks reply after reply without a pause. A gap is a run that was not there within the 80 ms that
 * the listener still had to hear; that a busy machine wakes this thread late is not the voice's doing.
 */
async function talk(voice: EmbeddedTTSProvider, agent: number) {
  const startMs: number[] = [];
  const waitMs: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let turn = agent; performance.now() < end; turn++) {
    const runs = voice.speakStream(replies[turn % replies.length] ?? "");
    let heardUntil: number | undefined;
    for (;;) {
      const asked = performance.now();
      const { done, value: run } = await runs.next();
      if (done) break;
      const now = performance.now();
      (heardUntil === undefined ? startMs : waitMs).push(now - asked);
      heardUntil = Math.max(heardUntil ?? now, now) + playMs(run);
      await wait(Math.max(0, heardUntil - playoutMs - now));
    }
  }
  return { startMs, waitMs };
}

function playMs(run: Uint8Array): number {
  return durationMs(new PcmReader().push(run), speakerFormat);
}
