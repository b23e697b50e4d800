import type { CallResult } from "../pages/call.ts";
import type { Ipv6Cell } from "./ipv6-cells.ts";
import { outcome } from "./matrix-report.ts";
import { savePart, table } from "./report.ts";

/** Writes its part of docs/natlab-matrix.md. */
export function saveIpv6(results: ReadonlyMap<Ipv6Cell, CallResult>): void {
  const rows = [...results].map(([{ name, ice }, result]) => [name, ice, outcome(result)]);
  savePart(
    "Callers with IPv6",
    `The server is public and has both IPv4 and IPv6. \`turn-ipv6\`: TURN over TCP at an IPv6 address.

${table(["caller has", "ICE servers", "outcome"], rows)}`,
  );
}
