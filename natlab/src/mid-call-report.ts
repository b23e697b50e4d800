import type { StoryResult } from "../pages/story.ts";
import type { MidCallEvent } from "./mid-call-events.ts";
import { quantile, savePart, table } from "./report.ts";

/** Writes its part of docs/natlab-matrix.md. */
export function saveMidCall(results: ReadonlyMap<MidCallEvent, readonly StoryResult[]>): void {
  const rows = [...results].flatMap(([{ name, network, ice }, runs]) => {
    const times = runs.filter(({ recovered }) => recovered).map(({ backMs }) => backMs);
    const typical = runs.find(({ backMs }) => backMs === quantile(times, 0.5)) ?? runs[0];
    if (!typical) return [];
    const back = runs.length > 1 ? ` (median of ${runs.length})` : "";
    return [[name, network, ice, `${outcome(typical)}${back}`, story(typical)]];
  });
  const head = ["event", "caller's network", "ICE servers", "outcome", "seconds after the event"];
  savePart(
    "What calls survive",
    `The agent talks, something happens to the network, and the page listens. The server has a public address. The voice is back so many
seconds after the event, or after the end of the outage.

${table(head, rows)}`,
  );
}

function outcome({ recovered, ended, backMs, silenceMs, connections }: StoryResult): string {
  if (ended) return `ends with \`${ended.code}\`, reason \`${ended.reason ?? "none"}\``;
  if (!recovered) return "**lost**: silent, without a reason";
  const anew = connections > 1 ? ", over another connection" : "";
  if (backMs === 0) return `goes on: ${seconds(silenceMs)} s without sound at most`;
  return `voice back after ${seconds(backMs)} s${anew}`;
}

function story({ events }: StoryResult): string {
  return events.map(({ what, atMs }) => `${seconds(atMs)} ${what}`).join(", ") || "nothing";
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
