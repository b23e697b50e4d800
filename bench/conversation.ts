// All figures of a conversation with one caller, ours beside the incumbent's, in about eleven minutes.
//   npm run bench -- conversation [rounds] [--own | --incumbent] [--json]
import { embedded } from "./src/figures/embedded.ts";
import { interruption } from "./src/figures/interruption.ts";
import { killedAnswers, killedAnswersEmbedded } from "./src/figures/killed-answers.ts";
import { latency, preemptiveLatency } from "./src/figures/latency.ts";
import { sentenceGap } from "./src/figures/sentence-gap.ts";
import { text } from "./src/figures/text.ts";
import { run } from "./src/run.ts";

await run(process.argv.slice(2), [
  latency,
  preemptiveLatency,
  embedded,
  interruption,
  killedAnswers,
  killedAnswersEmbedded,
  sentenceGap,
  text,
]);
