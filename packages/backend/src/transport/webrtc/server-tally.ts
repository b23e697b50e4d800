import { type Logger, MetricNames, type MetricsAdapter } from "@metered/llmrtc-core";
import type { StunServer, TurnServer } from "./ice-servers.ts";

type IceServer = StunServer | TurnServer;

/** Counts and tells what each STUN and TURN server gives to a call. */
export class ServerTally {
  readonly #logger: Logger;
  readonly #metrics: MetricsAdapter;

  constructor({ logger, metrics }: { readonly logger: Logger; readonly metrics: MetricsAdapter }) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  candidate(server: IceServer): void {
    this.#count(server, "candidate");
  }

  none(server: IceServer, error: unknown): void {
    this.#count(server, "none");
    this.#logger.warn(described(server, error), "ICE server gave no candidate");
  }

  /** A relay that calls may have used is gone. */
  lost(server: TurnServer, error: unknown): void {
    this.#logger.warn(described(server, error), "relay lost");
  }

  refreshFailed(server: TurnServer): void {
    this.#metrics.increment(MetricNames.TURN_REFRESH_FAILURES, 1, { server: nameOf(server) });
  }

  #count(server: IceServer, outcome: "candidate" | "none"): void {
    this.#metrics.increment(MetricNames.ICE_SERVER_ANSWERS, 1, { server: nameOf(server), outcome });
  }
}

function described(server: IceServer, error: unknown) {
  const kind = "transport" in server ? "TURN" : "STUN";
  const reason = error instanceof Error ? error.message : String(error);
  return { kind, host: server.host, port: server.port, reason };
}

/** As the URL has it, without a login. */
function nameOf(server: IceServer): string {
  const at = `${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`;
  if (!("transport" in server)) return `stun:${at}`;
  return server.transport === "tls" ? `turns:${at}` : `turn:${at}?transport=${server.transport}`;
}
