import { type Logger, MetricNames, type MetricsAdapter } from "@metered/llmrtc-core";
import type { IceAgent } from "../ice/agent.ts";
import { openHostRoute } from "../ice/host-route.ts";
import { isLoopback, type Route } from "../ice/route.ts";
import { mayReach } from "../reach.ts";
import { orAborted, passed } from "./abort.ts";
import type { IceServerList, StunServer, TurnServer } from "./ice-servers.ts";
import { lookUpName } from "./name-lookup.ts";
import { allocateRelay, type Relay } from "./relay.ts";

export interface GatheringOptions {
  readonly servers: IceServerList;
  readonly hostAddresses: readonly string[];
  /** Where the caller came from, if that is known: what it hardly reaches is told later. */
  readonly callerAddress: string | undefined;
  readonly portRange: readonly [number, number] | undefined;
  readonly logger: Logger;
  /** Counts what each server gives. */
  readonly metrics: MetricsAdapter;
}

/**
 * A browser tries one address in 48 ms, and the best first: it is told of those that lead nowhere when
 * those that may have had their turn.
 */
const laterMs = 150;

/** Finds the agent its routes: sockets at once, and what STUN and TURN servers give as it comes. */
export class Gathering {
  readonly #agent: IceAgent;
  readonly #options: GatheringOptions;
  readonly #abort = new AbortController();
  /** By the way to the server: new credentials do not make it another one. */
  readonly #relays = new Map<string, Relay>();
  readonly #hosts = new Map<string, Route>();
  readonly #untold = new Set<Route>();
  /** Whom to ask next time. */
  servers: IceServerList;

  constructor(agent: IceAgent, options: GatheringOptions) {
    this.#agent = agent;
    this.#options = options;
    this.servers = options.servers;
  }

  /**
   * Opens the sockets that are not open yet, and tells of them. Never rejects.
   *
   * @param trickle there may be more candidates later
   */
  async openSockets({ trickle }: { readonly trickle: boolean }): Promise<void> {
    const { hostAddresses } = this.#options;
    const missing = hostAddresses.filter((host) => !this.#hosts.has(host));
    const opened = await Promise.all(missing.map((host) => this.#open(host)));
    for (const route of opened) {
      if (!route) continue;
      this.#agent.addRoute(route);
      if (trickle && this.#isFar(route)) this.#untold.add(route);
      else this.#agent.addCandidate(route.candidate);
    }
  }

  /** Call when the sockets are there. Never rejects; resolves when all have answered or not. */
  async askServers(): Promise<void> {
    const { stun, turn } = this.servers;
    const hosts = [...this.#hosts.values()].filter(({ candidate }) =>
      isRouted(candidate.address[0]),
    );
    await Promise.all([
      this.#tellTheRest(),
      ...stun.flatMap((server) => hosts.map((host) => this.#reflect(host, server))),
      ...turn.map((server) => this.#relay(server)),
    ]);
  }

  /** Ends the waiting for servers; what they gave stays. */
  stop(): void {
    this.#abort.abort(new Error("the call has ended"));
  }

  /** Of the sockets that the caller hardly reaches. */
  async #tellTheRest(): Promise<void> {
    if (this.#untold.size === 0) return;
    await passed(laterMs, this.#abort.signal);
    if (this.#abort.signal.aborted) return;
    for (const { candidate } of this.#untold) this.#agent.addCandidate(candidate);
    this.#untold.clear();
  }

  #isFar({ candidate }: Route): boolean {
    return !mayReach(this.#options.callerAddress, candidate.address[0]);
  }

  async #open(host: string): Promise<Route | undefined> {
    const { portRange, logger } = this.#options;
    try {
      const route = await openHostRoute(host, portRange);
      if (!this.#abort.signal.aborted) {
        this.#hosts.set(host, route);
        return route;
      }
      await route.close();
    } catch (error) {
      logger.warn({ host, reason: reasonOf(error) }, "no socket for this address");
    }
    return undefined;
  }

  async #reflect(route: Route, server: StunServer): Promise<void> {
    const { signal } = this.#abort;
    try {
      const host = await orAborted(lookUpName(server.host), signal);
      if (host === undefined) throw new Error("its name does not resolve");
      const address = await orAborted(this.#agent.reflect(route, [host, server.port]), signal);
      if (address === undefined) throw new Error("it does not answer");
      this.#count(server, "candidate");
      this.#agent.addCandidate({ type: "srflx", address, related: route.candidate.address });
    } catch (error) {
      this.#missed(server, error);
    }
  }

  /** One that is there stays, if its server still knows it: allocations outlive their credentials. */
  async #relay(server: TurnServer): Promise<void> {
    const { signal } = this.#abort;
    const way = `${server.transport} ${server.host} ${server.port}`;
    const known = this.#relays.get(way);
    if (known && (await known.confirm())) return;
    if (known) {
      this.#relays.delete(way);
      await this.#agent.dropRoute(known);
    }
    try {
      const { portRange, metrics } = this.#options;
      const relay = await allocateRelay(server, portRange, {
        signal,
        refreshFailed: () => {
          metrics.increment(MetricNames.TURN_REFRESH_FAILURES, 1, { server: nameOf(server) });
        },
      });
      if (signal.aborted) {
        await relay.close();
        return;
      }
      this.#count(server, "candidate");
      this.#relays.set(way, relay);
      this.#agent.addRoute(relay);
      this.#agent.addCandidate(relay.candidate);
    } catch (error) {
      this.#missed(server, error);
    }
  }

  #count(server: StunServer | TurnServer, outcome: "candidate" | "none"): void {
    const { metrics } = this.#options;
    metrics.increment(MetricNames.ICE_SERVER_ANSWERS, 1, { server: nameOf(server), outcome });
  }

  #missed(server: StunServer | TurnServer, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#count(server, "none");
    const kind = "transport" in server ? "TURN" : "STUN";
    const { host, port } = server;
    const reason = reasonOf(error);
    this.#options.logger.warn({ kind, host, port, reason }, "ICE server gave no candidate");
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** STUN servers see no loopback address, and IPv6 needs no translation. */
function isRouted(address: string): boolean {
  return !isLoopback(address) && !address.includes(":");
}

/** As the URL has it, without a login. */
function nameOf(server: StunServer | TurnServer): string {
  const at = `${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`;
  if (!("transport" in server)) return `stun:${at}`;
  return server.transport === "tls" ? `turns:${at}` : `turn:${at}?transport=${server.transport}`;
}
