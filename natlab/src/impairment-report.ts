import type { CallResult } from "../pages/call.ts";
import { type BadNetwork, shareUnderstood } from "./bad-networks.ts";
import { savePart, table } from "./report.ts";

/** Writes its part of docs/natlab-matrix.md. */
export function saveImpairments(results: ReadonlyMap<BadNetwork, CallResult>): void {
  const rows = [...results].map(([{ name, network, ice }, result]) => {
    return [name, network, ice, ...outcome(result)];
  });
  const head = ["link, each way", "caller's network", "ICE servers", "connected in", "words"];
  savePart(
    "Bad links",
    `A person says 14 words over a link that loses, delays or narrows, and the server answers. The server has a public address. Made up: the
share of the agent's sound that was lost or late, so that the browser guessed it.

${table([...head, "made up"], rows)}`,
  );
}

function outcome(result: CallResult): readonly string[] {
  if (!result.connected) return ["–", "–", "–"];
  const { startMs, transcript, concealed, kind } = result;
  const way = kind === "websocket" ? ", over the WebSocket" : "";
  return [
    `${(startMs / 1000).toFixed(1)} s${way}`,
    percent(shareUnderstood(transcript)),
    Number.isNaN(concealed) ? "–" : percent(concealed),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
