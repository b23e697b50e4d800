import type { Logger, MetricsAdapter } from "@metered/llmrtc-core";
import { isIP } from "node:net";
import type { IceAgent } from "../ice/agent.ts";
import { openHostRoute } from "../ice/host-route.ts";
import { type Address, isLoopback, type Route } from "../ice/route.ts";
import { mayReach } from "../reach.ts";
import { orAborted, passed } from "./abort.ts";
import type { IceServerList, StunServer } from "./ice-servers.ts";
import { addressOf, familiesOf } from "./name-lookup.ts";
import { Relays } from "./relays.ts";
import { ServerTally } from "./server-tally.ts";

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
  readonly #tally: ServerTally;
  readonly #relays: Relays;
  readonly #hosts = new Map<string, Route>();
  readonly #untold = new Set<Route>();
  /** Whom to ask next time. */
  servers: IceServerList;

  constructor(agent: IceAgent, options: GatheringOptions) {
    this.#agent = agent;
    this.#options = options;
    this.#tally = new ServerTally(options);
    const { portRange } = options;
    const { signal } = this.#abort;
    this.#relays = new Relays(agent, { portRange, tally: this.#tally, signal });
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
    const routes = [...this.#hosts.values()].filter((route) => !isLoopback(hostOf(route)));
    await Promise.all([
      this.#tellTheRest(),
      ...(routes.length > 0 ? stun.map((server) => this.#reflect(routes, server)) : []),
      this.#relays.ask(turn),
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
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn({ host, reason }, "no socket for this address");
    }
    return undefined;
  }

  /** How a STUN server sees our sockets, which see more of the world than loopback. */
  async #reflect(routes: readonly Route[], server: StunServer): Promise<void> {
    try {
      const families = familiesOf(routes.map(hostOf));
      const host = await orAborted(addressOf(server.host, families), this.#abort.signal);
      const asking = routes.filter((route) => isIP(hostOf(route)) === isIP(host));
      await Promise.all(asking.map((route) => this.#ask(route, server, [host, server.port])));
    } catch (error) {
      this.#missed(server, error);
    }
  }

  async #ask(route: Route, server: StunServer, to: Address): Promise<void> {
    try {
      const address = await orAborted(this.#agent.reflect(route, to), this.#abort.signal);
      if (address === undefined) throw new Error("it does not answer");
      this.#tally.candidate(server);
      this.#agent.addCandidate({ type: "srflx", address, related: route.candidate.address });
    } catch (error) {
      this.#missed(server, error);
    }
  }

  #missed(server: StunServer, error: unknown): void {
    if (!this.#abort.signal.aborted) this.#tally.none(server, error);
  }
}

function hostOf({ candidate }: Route): string {
  return candidate.address[0];
}
