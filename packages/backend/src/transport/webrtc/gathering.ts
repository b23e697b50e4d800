import { type Logger, MetricNames, type MetricsAdapter } from "@metered/llmrtc-core";
import {
  Candidate,
  candidateFoundation,
  candidatePriority,
  type Protocol,
  type RTCIceTransport,
  serverReflexiveCandidate,
} from "werift";
import { orAborted } from "./abort.ts";
import type { IceServerList, StunServer, TurnServer } from "./ice-servers.ts";
import { lookUpName } from "./name-lookup.ts";
import { allocateRelay, type Relay } from "./relay.ts";

/** What we use of werift's agent beyond its types. */
interface AgentInternals {
  readonly protocols: Protocol[];
  ensureProtocol(protocol: Protocol): void;
  pairLocalProtocol(protocol: Protocol): void;
  appendLocalCandidate(candidate: Candidate): void;
}

export interface GatheringOptions {
  readonly servers: IceServerList;
  readonly portRange: [number, number] | undefined;
  readonly logger: Logger;
  readonly metrics: MetricsAdapter;
}

/**
 * Asks STUN and TURN servers for candidates while the call already connects. werift itself asks
 * only the first of each, before anything else, and waits 5 s for the silent: here it gathers
 * host candidates alone, and what the servers give is added to its agent as it comes.
 */
export class Gathering {
  readonly #ice: RTCIceTransport;
  readonly #agent: AgentInternals;
  readonly #options: GatheringOptions;
  readonly #abort = new AbortController();
  /** By the way to the server: new credentials do not make it another one. */
  readonly #relays = new Map<string, Relay>();
  /** Whom to ask next time. */
  servers: IceServerList;

  constructor(ice: RTCIceTransport, options: GatheringOptions) {
    this.#ice = ice;
    this.#agent = ice.connection as unknown as AgentInternals;
    this.#options = options;
    this.servers = options.servers;
    // Absent servers would make it look up stun.l.google.com.
    delete ice.connection.stunServer;
  }

  /** Call when the host candidates are there. Never rejects; resolves when all have answered or not. */
  async askServers(): Promise<void> {
    const { stun, turn } = this.servers;
    const hosts = this.#agent.protocols.filter(({ localCandidate, localIp }) => {
      return localCandidate?.type === "host" && localIp !== undefined && isRouted(localIp);
    });
    await Promise.all([
      ...stun.flatMap((server) => hosts.map((host) => this.#reflect(host, server))),
      ...turn
        .filter((server) => !this.#relays.has(wayTo(server)))
        .map((server) => this.#relay(server)),
    ]);
  }

  /** Ends the waiting for servers; what they gave stays. */
  stop(): void {
    this.#abort.abort(new Error("the call has ended"));
  }

  /** Gives the relays back, over which the call may have run until now. */
  async close(): Promise<void> {
    this.stop();
    await Promise.all([...this.#relays.values()].map((relay) => relay.close()));
    this.#relays.clear();
  }

  async #reflect(protocol: Protocol, server: StunServer): Promise<void> {
    const { signal } = this.#abort;
    const { connection } = this.#ice;
    const { generation, localUsername } = connection;
    try {
      const host = await orAborted(lookUpName(server.host), signal);
      if (host === undefined) throw new Error("its name does not resolve");
      const candidate = await orAborted(
        serverReflexiveCandidate(protocol, [host, server.port]),
        signal,
      );
      if (candidate === undefined) throw new Error("it does not answer");
      this.#count(nameOf(server), "candidate");
      if (generation !== connection.generation) return;
      const known = connection.localCandidates.some((other) => {
        return other.host === candidate.host && other.port === candidate.port;
      });
      if (known) return;
      candidate.generation = generation;
      candidate.ufrag = localUsername;
      this.#agent.appendLocalCandidate(candidate);
    } catch (error) {
      this.#missed(nameOf(server), server, error);
    }
  }

  async #relay(server: TurnServer): Promise<void> {
    const { signal } = this.#abort;
    try {
      const relay = await allocateRelay(server, this.#options.portRange, {
        signal,
        refreshFailed: () => {
          const { metrics } = this.#options;
          metrics.increment(MetricNames.TURN_REFRESH_FAILURES, 1, { server: nameOf(server) });
        },
      });
      if (signal.aborted) {
        await relay.close();
        return;
      }
      this.#count(nameOf(server), "candidate");
      this.#relays.set(wayTo(server), relay);
      this.#use(relay);
    } catch (error) {
      this.#missed(nameOf(server), server, error);
    }
  }

  #use({ protocol, address, mapped }: Relay): void {
    const { generation, localUsername } = this.#ice.connection;
    protocol.localCandidate = new Candidate(
      candidateFoundation("relay", "udp", address[0]),
      1,
      "udp",
      candidatePriority("relay"),
      address[0],
      address[1],
      "relay",
      mapped[0],
      mapped[1],
      undefined,
      generation,
      localUsername,
    );
    this.#agent.ensureProtocol(protocol);
    this.#agent.protocols.push(protocol);
    this.#agent.pairLocalProtocol(protocol); // the client's candidates may be here already
    this.#agent.appendLocalCandidate(protocol.localCandidate);
  }

  #count(server: string, outcome: "candidate" | "none"): void {
    this.#options.metrics.increment(MetricNames.ICE_SERVER_ANSWERS, 1, { server, outcome });
  }

  #missed(server: string, { host, port }: StunServer, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    this.#count(server, "none");
    const kind = server.slice(0, 4).toUpperCase();
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.logger.warn({ kind, host, port, reason }, "ICE server gave no candidate");
  }
}

function wayTo({ transport, host, port }: TurnServer): string {
  return `${transport} ${host} ${port}`;
}

/** As the URL has it, without a login. */
function nameOf(server: StunServer | TurnServer): string {
  const at = `${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`;
  if (!("transport" in server)) return `stun:${at}`;
  return server.transport === "tls" ? `turns:${at}` : `turn:${at}?transport=${server.transport}`;
}

/** STUN servers see no loopback address, and IPv6 needs no translation. */
function isRouted(address: string): boolean {
  return !address.startsWith("127.") && !address.includes(":");
}
