import type { CallResult } from "../pages/call.ts";
import { type Cell, type ServerNetwork, serverNetworks } from "./expectation.ts";
import { iceConfigurations } from "./ice-configurations.ts";
import { networks } from "./nat-rules.ts";
import { pathOf } from "./path.ts";
import { quantile, savePart, table } from "./report.ts";

export interface CellResult {
  readonly cell: Cell;
  readonly result: CallResult;
}

const titles: Record<ServerNetwork, string> = {
  public: "Server with a public address",
  "port-restricted": "Server behind a port-restricted NAT",
  symmetric: "Server behind a symmetric NAT",
};

/** Writes its part of docs/natlab-matrix.md. */
export function saveMatrix(results: ReadonlyMap<Cell, CallResult>): void {
  const all = [...results].map(([cell, result]) => ({ cell, result }));
  savePart("Which calls connect", matrixReport(all));
}

/** What came out, in Markdown. */
export function matrixReport(results: readonly CellResult[]): string {
  const times = results.flatMap(({ result }) =>
    result.connected && result.kind === "webrtc" ? [result.connectMs] : [],
  );
  const connected = results.filter(({ result }) => result.connected).length;
  const measured = serverNetworks.filter((one) => results.some(({ cell }) => cell.server === one));
  return `Both ends have the same ICE servers. A cell names the path of a call in which a spoken sentence was understood and answered, and the
milliseconds from the offer to a connected peer. \`websocket\`: no WebRTC path exists, so sound goes over the WebSocket; the milliseconds
are those from \`start()\` to a connected client.

${connected} of ${results.length} calls connected. WebRTC carried ${times.length} of them and was connected in ${whole(quantile(times, 0.5))} ms (median), ${whole(quantile(times, 0.95))} ms (95th
percentile).

- \`relay/udp\`, \`relay/tcp\`, \`relay/tls\`: through the caller's relay, and how the caller reaches it.
- \`relay/server\`: through the server's relay.
${measured.map((server) => tableOf(server, results)).join("")}`;
}

function tableOf(server: ServerNetwork, results: readonly CellResult[]): string {
  const rows = networks.map((network) => {
    const outcomes = iceConfigurations.map((ice) => {
      const found = results.find(
        ({ cell }) => cell.server === server && cell.network === network && cell.ice === ice,
      );
      return found ? outcome(found.result) : "";
    });
    return [network, ...outcomes];
  });
  return `
### ${titles[server]}

${table(["caller's network", ...iceConfigurations], rows)}
`;
}

/** In a word: the path, and how long it took. */
export function outcome(result: CallResult): string {
  if (!result.connected) return "–";
  if (result.kind === "websocket") return `websocket ${result.startMs.toFixed(0)}`;
  const path = result.path ? pathOf(result.path) : "?";
  return `${path} ${result.connectMs.toFixed(0)}${result.answered ? "" : " silent"}`;
}

function whole(ms: number): string {
  return Number.isNaN(ms) ? "no" : ms.toFixed(0);
}
