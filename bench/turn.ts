// Turn-taking.
//   npm run bench -- turn [turns] [--preemptive]
//     from the true end of the caller's speech to the first audible sample in his browser, less what the
//     providers take; with --preemptive slower providers, whose time counts
//   npm run bench -- turn --set FOLDER [--json] [--per-source] [--silence MS] [--no-words]
//     how often the turn detector would cut callers off, and how long it waits, on labelled clips
import { parseArgs } from "node:util";
import { latency, preemptiveLatency } from "./src/figures/latency.ts";
import { run } from "./src/run.ts";
import { measureTurnSet } from "./src/turn-set.ts";

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    set: { type: "string" },
    json: { type: "boolean", default: false },
    preemptive: { type: "boolean", default: false },
    "per-source": { type: "boolean", default: false },
    silence: { type: "string" },
    "no-words": { type: "boolean", default: false },
    own: { type: "boolean", default: false },
    incumbent: { type: "boolean", default: false },
  },
});

if (values.set === undefined) {
  const flags = (["own", "incumbent", "json"] as const).filter((flag) => values[flag]);
  const measure = values.preemptive ? preemptiveLatency : latency;
  await run([...positionals, ...flags.map((flag) => `--${flag}`)], [measure]);
} else {
  await measureTurnSet({
    folder: values.set,
    json: values.json,
    perSource: values["per-source"],
    silenceMs: values.silence === undefined ? undefined : Number(values.silence),
    words: !values["no-words"],
  });
}
