import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { StoryResult } from "../pages/story.ts";
import type { MidCallEvent } from "./mid-call-events.ts";

const file = fileURLToPath(new URL("../../docs/natlab-mid-call.md", import.meta.url));

/** Writes docs/natlab-mid-call.md. */
export function saveMidCall(results: ReadonlyMap<MidCallEvent, StoryResult>): void {
  const rows = [...results].map(([{ name, network, ice }, result]) => {
    const what = [name, network, ice, outcome(result), story(result)];
    return `| ${what.join(" | ")} |`;
  });
  writeFileSync(
    file,
    `# What calls survive

Written by \`npm run natlab\`: the agent talks, something happens to the network, and the page listens. The server has a public address.
One run each; the silence is the longest time without the agent's voice, the event itself included.

| event | caller's network | ICE servers | outcome | what the page saw (seconds after the event) |
|---|---|---|---|---|
${rows.join("\n")}
`,
  );
}

function outcome({ recovered, endedWith, silenceMs, connections }: StoryResult): string {
  if (endedWith !== undefined) return `ends with \`${endedWith}\``;
  if (!recovered) return "**lost**: silent, without a reason";
  const anew = connections > 1 ? ", by connecting anew" : "";
  return `goes on after ${seconds(silenceMs)} s of silence${anew}`;
}

function story({ events }: StoryResult): string {
  return events.map(({ what, atMs }) => `${seconds(atMs)} ${what}`).join(", ");
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
