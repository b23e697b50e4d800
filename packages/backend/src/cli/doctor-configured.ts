import { type IceServer, type Logger, silentLogger } from "@metered/llmrtc-core";
import { iceServerSource } from "../ice/ice-servers.ts";
import type { Finding } from "./doctor-finding.ts";
import type { ServerSettings } from "./environment.ts";

/** The list that callers would get now. */
export interface ConfiguredServers {
  readonly iceServers: readonly IceServer[];
  /** They stand in the configuration, and nobody will renew their credentials. */
  readonly fixed: boolean;
  /** Where they come from, or why they do not. */
  readonly finding: Finding;
}

/** Asks the source that the configuration chooses. Takes at most the source's own two seconds. */
export async function configuredServers(
  { iceServers, metered }: ServerSettings,
  { fetch }: { readonly fetch: typeof globalThis.fetch },
): Promise<ConfiguredServers> {
  const complaints: string[] = [];
  const logger = collecting(complaints);
  const source = iceServerSource({ iceServers, metered, logger, fetch });
  const list = await source.iceServers();
  const [complaint] = complaints;
  const at = { subject: "ICE servers", check: "source" };
  return {
    iceServers: list,
    fixed: iceServers !== undefined,
    finding:
      complaint === undefined
        ? { ...at, verdict: "ok", finding: source.description }
        : {
            ...at,
            verdict: "failed",
            finding: complaint,
            remedy:
              "Callers get no TURN until it works: check the key and the way to that service.",
          },
  };
}

/** A source that fails says so in the log, and gives plain STUN instead. */
function collecting(complaints: string[]): Logger {
  return {
    ...silentLogger,
    warn: (fields, message = "the source failed") => {
      const reason = "reason" in fields && typeof fields.reason === "string" ? fields.reason : "";
      complaints.push(reason ? `${message} (${reason})` : message);
    },
  };
}
