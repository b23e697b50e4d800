import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CallResult } from "../pages/call.ts";
import { type Cell, type ServerNetwork, serverNetworks } from "./expectation.ts";
import { iceConfigurations } from "./ice-configurations.ts";
import { networks } from "./nat-rules.ts";
import { pathOf } from "./path.ts";

export interface CellResult {
  readonly cell: Cell;
  readonly result: CallResult;
}

const file = fileURLToPath(new URL("../../docs/natlab-matrix.md", import.meta.url));
const titles: Record<ServerNetwork, string> = {
  public: "Server with a public address",
  "port-restricted": "Server behind a port-restricted NAT",
  symmetric: "Server behind a symmetric NAT",
};

/** Writes docs/natlab-matrix.md. */
export function saveMatrix(results: readonly CellResult[]): void {
  writeFileSync(file, matrixReport(results));
}

/** What came out, in Markdown. */
export function matrixReport(results: readonly CellResult[]): string {
  const times = results.flatMap(({ result }) =>
    result.connected && result.kind === "webrtc" ? [result.connectMs] : [],
  );
  times.sort((a, b) => a - b);
  const connected = results.filter(({ result }) => result.connected).length;
  return `# Which calls connect

Written by \`npm run natlab\`: real NATs and firewalls, coturn with \`deploy/coturn/turnserver.conf\`, Chromium and our server. Both ends
have the same ICE servers. A cell names the path of a call in which a spoken sentence was understood and answered, and the
milliseconds from the offer to a connected peer. \`websocket\`: no WebRTC path exists, so sound goes over the WebSocket; the milliseconds
are those from \`start()\` to a connected client.

${connected} of ${results.length} calls connected; WebRTC ${times.length} of them, in ${quantile(times, 0.5)} ms (median) and ${quantile(times, 0.95)} ms (95th percentile).

- \`relay/udp\`, \`relay/tcp\`, \`relay/tls\`: through the caller's relay, and how the caller reaches it.
- \`relay/server\`: through the server's relay.
${serverNetworks.map((server) => table(server, results)).join("")}`;
}

function table(server: ServerNetwork, results: readonly CellResult[]): string {
  const lines = networks.map((network) => {
    const outcomes = iceConfigurations.map((ice) => {
      const found = results.find(
        ({ cell }) => cell.server === server && cell.network === network && cell.ice === ice,
      );
      return found ? outcome(found.result) : "";
    });
    return `| ${[network, ...outcomes].join(" | ")} |`;
  });
  return `
## ${titles[server]}

| caller's network | ${iceConfigurations.join(" | ")} |
|---|${iceConfigurations.map(() => "---|").join("")}
${lines.join("\n")}
`;
}

function outcome(result: CallResult): string {
  if (!result.connected) return "–";
  if (result.kind === "websocket") return `websocket ${result.startMs.toFixed(0)}`;
  const path = result.path ? pathOf(result.path) : "?";
  return `${path} ${result.connectMs.toFixed(0)}${result.answered ? "" : " silent"}`;
}

function quantile(sorted: readonly number[], share: number): string {
  const index = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1);
  return sorted[Math.max(0, index)]?.toFixed(0) ?? "no";
}
