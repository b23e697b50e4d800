import type { IceAgent } from "../ice/agent.ts";
import { byLikelihood, type TurnServer } from "./ice-servers.ts";
import { allocateRelay, type Relay } from "../turn/relay.ts";
import { SerialQueue } from "./serial-queue.ts";
import type { ServerTally } from "./server-tally.ts";

export interface RelaysOptions {
  readonly portRange: readonly [number, number] | undefined;
  readonly tally: ServerTally;
  /** Ends the waiting for servers. */
  readonly signal: AbortSignal;
}

/** The relayed addresses of one call: one by each way to a TURN server, however often it is asked. */
export class Relays {
  readonly #agent: IceAgent;
  readonly #options: RelaysOptions;
  readonly #relays = new Map<string, Relay>();
  readonly #queues = new Map<string, SerialQueue>();
  #round = 0;

  constructor(agent: IceAgent, options: RelaysOptions) {
    this.#agent = agent;
    this.#options = options;
  }

  /**
   * Asks each server, after what it has been asked already; questions that wait are overtaken by
   * this one, which may bring fresh credentials. Never rejects; resolves when all have answered or not.
   */
  async ask(servers: readonly TurnServer[]): Promise<void> {
    const round = (this.#round += 1);
    const asking = byLikelihood(servers).map((server, rank) =>
      this.#queueTo(server).run(async () => {
        if (round === this.#round) await this.#keepOrAllocate(server, rank);
      }),
    );
    await Promise.all(asking);
  }

  /** One that is there stays, if its server still knows it: allocations outlive their credentials. */
  async #keepOrAllocate(server: TurnServer, rank: number): Promise<void> {
    const { signal } = this.#options;
    const known = this.#relays.get(wayTo(server));
    if (known && (await known.confirm())) return;
    if (known) await this.#drop(server, known);
    if (!signal.aborted) await this.#allocate(server, rank);
  }

  async #allocate(server: TurnServer, rank: number): Promise<void> {
    const { portRange, tally, signal } = this.#options;
    const refreshFailed = (): void => {
      tally.refreshFailed(server);
    };
    try {
      const relay = await allocateRelay(server, { portRange, rank, signal, refreshFailed });
      if (signal.aborted || relay.lost.aborted) {
        await relay.close();
        relay.lost.throwIfAborted();
        return;
      }
      tally.candidate(server);
      this.#keep(server, relay);
    } catch (error) {
      if (!signal.aborted) tally.none(server, error);
    }
  }

  #keep(server: TurnServer, relay: Relay): void {
    this.#relays.set(wayTo(server), relay);
    relay.lost.addEventListener("abort", () => {
      this.#options.tally.lost(server, relay.lost.reason);
      void this.#drop(server, relay);
    });
    this.#agent.addRoute(relay);
    this.#agent.addCandidate(relay.candidate);
  }

  /** The next ICE restart, which a caller begins who went through it, brings another one. */
  async #drop(server: TurnServer, relay: Relay): Promise<void> {
    const way = wayTo(server);
    if (this.#relays.get(way) === relay) this.#relays.delete(way);
    await this.#agent.dropRoute(relay);
  }

  #queueTo(server: TurnServer): SerialQueue {
    const way = wayTo(server);
    const queue = this.#queues.get(way) ?? new SerialQueue();
    this.#queues.set(way, queue);
    return queue;
  }
}

/** New credentials do not make it another one. */
function wayTo({ transport, host, port }: TurnServer): string {
  return `${transport} ${host} ${port}`;
}
