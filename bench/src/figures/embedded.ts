import { fileURLToPath } from "node:url";
import type { TurnTimings } from "@metered/llmrtc-core";
import { Caller } from "../../../e2e/src/caller.ts";
import type { Arena } from "../arena.ts";
import { type Figure, spread } from "../figure.ts";
import { ServerProcess } from "../server-process.ts";

/** People, trimmed to their last sound. */
const people = ["something-wrong", "feature-not-available", "seven-of-clubs", "selfish"];
/** Until then the page has told the server when its speaker began to sound. */
const attestedMs = 400;
const stages = [
  "endOfTurnMs",
  "transcriptMs",
  "llmFirstTokenMs",
  "firstSentenceMs",
  "ttsFirstByteMs",
  "firstFrameMs",
  "audibleMs",
] as const;

/** One call with the models that ship with us: true end of speech to first audible sample. */
export async function embedded({ browser, pages, options }: Arena): Promise<Figure[]> {
  if (!options.sides.includes("ours")) return [];
  const script = fileURLToPath(new URL("../embedded-server.mjs", import.meta.url));
  const server = await ServerProcess.start([script]);
  const { signallingUrl } = server;
  const caller = await Caller.call({ browser, pages, signallingUrl });
  await caller.share("mono");
  const times: number[] = [];
  const waterfalls: TurnTimings[] = [];
  for (let turn = 0; turn <= (options.rounds ?? 12); turn += 1) {
    const clip = people[turn % people.length] ?? "";
    const { endedAt } = await caller.sayTimed(clip);
    const audible = await caller.until("audible", 20, endedAt);
    await caller.until("audible", attestedMs, audible);
    await caller.interrupt(); // answers are long, and only their beginning matters
    const { args } = await caller.next("turnTimings");
    await caller.until("silent", 400, audible + attestedMs);
    if (turn === 0) continue;
    times.push(Math.round(audible - endedAt));
    waterfalls.push(args[0] as TurnTimings);
  }
  await caller.close();
  await server.stop();
  process.stderr.write(`embedded: ${JSON.stringify(times)}\n${waterfall(waterfalls)}\n`);
  return [
    {
      name: "embedded models only, human speech: end of speech to first sound",
      unit: "ms",
      ours: spread(times),
      target: { p50: 600 },
    },
  ];
}

/** Where the time goes at the median, from the last voice that the server heard. */
function waterfall(timings: readonly TurnTimings[]): string {
  const medians = stages.map((stage) => {
    const { p50, p95 } = spread(timings.flatMap((turn) => turn[stage] ?? []));
    return `${stage} ${p50} (${p95})`;
  });
  const reasons = timings.map(({ endOfTurnReason }) => endOfTurnReason);
  return `  ${medians.join(", ")}\n  ${reasons.join("; ")}`;
}
