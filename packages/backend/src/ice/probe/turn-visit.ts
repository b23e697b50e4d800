import { isIPv6 } from "node:net";
import type { TurnServer } from "../../transport/webrtc/ice-servers.ts";
import { Allocation, type Family, knock, type Welcome } from "./allocation.ts";
import { bind, type Binding } from "./binding.ts";
import { type Certificate, openCarrier, type Target } from "./carrier.ts";
import { echoThrough, type EchoReport } from "./echo.ts";
import { type Outcome, outcomeOf, StunRefusal } from "./fault.ts";
import { withinLimit } from "./limit.ts";
import { openPrivatePeers } from "./private-peers.ts";
import type { ProbeOptions } from "./probe.ts";
import { type Endpoint, StunClient } from "./stun-client.ts";

/** How long each step may take, in milliseconds. */
const limits = { answer: 1_500, allocation: 1_200, echo: 900, peers: 1_200 };

/** What came of probing one way to a TURN server. A step that an earlier failure forbade is absent. */
export interface TurnReport {
  readonly server: TurnServer;
  /** Only with TLS. */
  readonly certificate?: Certificate;
  /** Its first answer as a TURN server, connection and handshake included. */
  readonly reached?: Outcome<{ readonly tookMs: number; readonly asksForLogin: boolean }>;
  /** Its answer as a STUN server, the same way. */
  readonly binding?: Outcome<Binding>;
  readonly allocation?: Outcome<{
    readonly relayed: Endpoint;
    readonly mapped: Endpoint;
    readonly tookMs: number;
  }>;
  readonly echo?: EchoReport;
  /** Private addresses that it lets us send to. */
  readonly openPeers?: Outcome<readonly string[]>;
  /** The same from a relay in IPv6, if it gives one: else there are none. */
  readonly openPeers6?: Outcome<readonly string[]>;
}

/**
 * Goes the way of a call through a TURN server: connects, allocates, sends through the relay and back;
 * and asks which private addresses the relay would send to. Never throws.
 */
export async function probeTurn(
  server: TurnServer,
  address: string,
  options: ProbeOptions,
): Promise<TurnReport> {
  const visit = new TurnVisit(server, address, options);
  try {
    return await visit.report();
  } finally {
    visit.leave();
  }
}

/** One probe of one TURN server, and what it must give back. */
class TurnVisit {
  readonly #server: TurnServer;
  readonly #address: string;
  readonly #options: ProbeOptions;
  readonly #allocations: Allocation[] = [];
  readonly #clients: StunClient[] = [];

  constructor(server: TurnServer, address: string, options: ProbeOptions) {
    this.#server = server;
    this.#address = address;
    this.#options = options;
  }

  async report(): Promise<TurnReport> {
    const started = performance.now();
    const server = this.#server;
    const connected = await this.#within(limits.answer, (signal) => this.#connect(signal));
    if (!connected.ok) return { server, reached: connected };
    const client = connected.value;
    const { certificate } = client.carrier;
    const soFar = { server, ...(certificate && { certificate }) };
    // Such a server gets nothing from us.
    if (certificate?.distrust !== undefined) return soFar;

    const bound = this.#within(limits.answer, (signal) => bind(client, { signal }));
    const left = limits.answer - (performance.now() - started);
    const welcome = await this.#within(left, (signal) => knock(client, { signal }));
    if (!welcome.ok) return { ...soFar, reached: welcome, binding: await bound };
    const { asksForLogin } = welcome.value;
    const tookMs = performance.now() - started;
    const reached = { ok: true, value: { tookMs, asksForLogin } } as const;
    const relay = await this.#relay(client, welcome.value);
    return { ...soFar, reached, binding: await bound, ...relay };
  }

  leave(): void {
    for (const allocation of this.#allocations) allocation.release();
    for (const client of this.#clients) client.close();
  }

  async #relay(
    client: StunClient,
    welcome: Welcome,
  ): Promise<Pick<TurnReport, "allocation" | "echo" | "openPeers" | "openPeers6">> {
    const asked = performance.now();
    const allocated = await this.#within(limits.allocation, (signal) =>
      this.#allocate(client, welcome, signal),
    );
    if (!allocated.ok) return { allocation: allocated };
    const allocation = allocated.value;
    const { relayed, mapped } = allocation;
    const granted = { relayed, mapped, tookMs: performance.now() - asked };
    const [echo, openPeers, openPeers6] = await Promise.all([
      this.#echo(allocation),
      this.#within(limits.peers, (signal) => openPrivatePeers(allocation, { signal })),
      this.#openPeers6(),
    ]);
    return { allocation: { ok: true, value: granted }, echo, openPeers, openPeers6 };
  }

  async #connect(signal: AbortSignal): Promise<StunClient> {
    const target: Target = { ...this.#server, address: this.#address };
    const client = new StunClient(await openCarrier(target, { signal, ca: this.#options.ca }));
    this.#clients.push(client);
    return client;
  }

  async #allocate(
    client: StunClient,
    welcome: Welcome,
    signal: AbortSignal,
    family: Family = "ipv4",
  ): Promise<Allocation> {
    const login = this.#server;
    const allocation = await Allocation.open(client, welcome, login, { signal, family });
    this.#allocations.push(allocation);
    return allocation;
  }

  /** A second allocation, over a connection of its own. */
  #another(family: Family): Promise<Allocation> {
    const { signal } = this.#options;
    return withinLimit({ signal, ms: limits.allocation }, async (within) => {
      const client = await this.#connect(within);
      const welcome = await knock(client, { signal: within, family });
      return this.#allocate(client, welcome, within, family);
    });
  }

  #echo(allocation: Allocation): Promise<EchoReport> {
    const { signal } = this.#options;
    const another = () => this.#another("ipv4");
    return echoThrough(allocation, { signal, limitMs: limits.echo, another });
  }

  async #openPeers6(): Promise<Outcome<readonly string[]>> {
    const allocated = await outcomeOf(this.#another("ipv6").catch(noneIfRefused));
    if (!allocated.ok) return allocated;
    const allocation = allocated.value;
    // A server that knows no families gives what it has.
    if (!allocation || !isIPv6(allocation.relayed.host)) return { ok: true, value: [] };
    return this.#within(limits.peers, (signal) => openPrivatePeers(allocation, { signal }));
  }

  #within<T>(ms: number, step: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    return outcomeOf(withinLimit({ signal: this.#options.signal, ms }, step));
  }
}

/** 440: no relays in IPv6. Whatever else it refuses with, there is none. */
function noneIfRefused(error: unknown): undefined {
  if (error instanceof StunRefusal) return undefined;
  throw error;
}
