import { lookup } from "node:dns/promises";
import { classes, Message, methods } from "werift";
import { orAborted } from "../../transport/webrtc/abort.ts";
import type { StunServer, TurnServer } from "../../transport/webrtc/ice-servers.ts";
import { Allocation, knock, type Welcome } from "./allocation.ts";
import { type Certificate, openCarrier, type Target } from "./carrier.ts";
import { echoThrough, type EchoReport } from "./echo.ts";
import { type Outcome, outcomeOf, StrangerError, StunRefusal } from "./fault.ts";
import { withinLimit } from "./limit.ts";
import { openPrivatePeers } from "./private-peers.ts";
import { addressIn, type Endpoint, errorCode, StunClient } from "./stun-client.ts";

/** How long each step may take, in milliseconds. */
const limits = { name: 1_200, answer: 1_500, allocation: 1_200, echo: 900, peers: 1_200 };

export interface ProbeOptions {
  /** Ends all that still waits. */
  readonly signal: AbortSignal;
  /** Certificate authorities to trust in place of Node's, as PEM. */
  readonly ca?: string | undefined;
}

export interface Binding {
  /** Our own address as the server sees it. */
  readonly mapped: Endpoint;
  readonly roundTripMs: number;
}

/** What came of probing a STUN server. */
export interface StunReport {
  readonly server: StunServer;
  readonly binding: Outcome<Binding>;
}

/** What came of probing one way to a TURN server. A step that an earlier failure forbade is absent. */
export interface TurnReport {
  readonly server: TurnServer;
  /** Only with TLS. */
  readonly certificate?: Certificate;
  /** Its first answer, connection and handshake included. */
  readonly reached?: Outcome<{ readonly tookMs: number; readonly asksForLogin: boolean }>;
  readonly allocation?: Outcome<{
    readonly relayed: Endpoint;
    readonly mapped: Endpoint;
    readonly tookMs: number;
  }>;
  readonly echo?: EchoReport;
  /** Private addresses that it lets us send to. */
  readonly openPeers?: Outcome<readonly string[]>;
}

/** All addresses of a name, IPv4 first, as calls use them. */
export function addressesOf(
  host: string,
  { signal }: ProbeOptions,
): Promise<Outcome<readonly string[]>> {
  return outcomeOf(
    withinLimit({ signal, ms: limits.name }, async (within) => {
      const found = await orAborted(lookup(host, { all: true }), within);
      return found.toSorted((a, b) => a.family - b.family).map(({ address }) => address);
    }),
  );
}

/** Asks a STUN server over UDP for our address (RFC 8489). Never throws. */
export async function probeStun(
  server: StunServer,
  address: string,
  { signal }: ProbeOptions,
): Promise<StunReport> {
  const target: Target = { ...server, transport: "udp", address };
  const binding = await outcomeOf(
    withinLimit({ signal, ms: limits.answer }, (within) => bind(target, within)),
  );
  return { server, binding };
}

async function bind(target: Target, signal: AbortSignal): Promise<Binding> {
  const client = new StunClient(await openCarrier(target, { signal }));
  try {
    const started = performance.now();
    const request = new Message(methods.BINDING, classes.REQUEST);
    const response = await client.request(request, { signal });
    const roundTripMs = performance.now() - started;
    if (response.messageClass === classes.ERROR) throw new StunRefusal(errorCode(response));
    const mapped =
      addressIn(response, "XOR-MAPPED-ADDRESS") ?? addressIn(response, "MAPPED-ADDRESS");
    if (!mapped) throw new StrangerError("A binding without an address");
    return { mapped, roundTripMs };
  } finally {
    client.close();
  }
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
    const arrived = await this.#within(limits.answer, (signal) => this.#arrive(signal));
    if (!arrived.ok) return { server, reached: arrived };
    const { client, welcome } = arrived.value;
    const { certificate } = client.carrier;
    const soFar = { server, ...(certificate && { certificate }) };
    if (welcome === undefined) return soFar;
    if (!welcome.ok) return { ...soFar, reached: welcome };
    const { asksForLogin } = welcome.value;
    const tookMs = performance.now() - started;
    const reached = { ok: true, value: { tookMs, asksForLogin } } as const;

    const asked = performance.now();
    const allocated = await this.#within(limits.allocation, (signal) =>
      this.#allocate(client, welcome.value, signal),
    );
    if (!allocated.ok) return { ...soFar, reached, allocation: allocated };
    const allocation = allocated.value;
    const { relayed, mapped } = allocation;
    const granted = { relayed, mapped, tookMs: performance.now() - asked };
    const [echo, openPeers] = await Promise.all([
      this.#echo(allocation),
      this.#within(limits.peers, (signal) => openPrivatePeers(allocation, { signal })),
    ]);
    return { ...soFar, reached, allocation: { ok: true, value: granted }, echo, openPeers };
  }

  leave(): void {
    for (const allocation of this.#allocations) allocation.release();
    for (const client of this.#clients) client.close();
  }

  /** The welcome is undefined where the certificate is not to be trusted: such a server gets nothing. */
  async #arrive(signal: AbortSignal): Promise<Arrival> {
    const client = await this.#connect(signal);
    if (client.carrier.certificate?.distrust !== undefined) return { client, welcome: undefined };
    return { client, welcome: await outcomeOf(knock(client, { signal })) };
  }

  async #connect(signal: AbortSignal): Promise<StunClient> {
    const target: Target = { ...this.#server, address: this.#address };
    const client = new StunClient(await openCarrier(target, { signal, ca: this.#options.ca }));
    this.#clients.push(client);
    return client;
  }

  async #allocate(client: StunClient, welcome: Welcome, signal: AbortSignal): Promise<Allocation> {
    const allocation = await Allocation.open(client, welcome, this.#server, { signal });
    this.#allocations.push(allocation);
    return allocation;
  }

  #echo(allocation: Allocation): Promise<EchoReport> {
    const { signal } = this.#options;
    const another = (): Promise<Allocation> =>
      withinLimit({ signal, ms: limits.allocation }, async (within) => {
        const client = await this.#connect(within);
        const welcome = await knock(client, { signal: within });
        return this.#allocate(client, welcome, within);
      });
    return echoThrough(allocation, { signal, limitMs: limits.echo, another });
  }

  #within<T>(ms: number, step: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
    return outcomeOf(withinLimit({ signal: this.#options.signal, ms }, step));
  }
}

interface Arrival {
  readonly client: StunClient;
  readonly welcome: Outcome<Welcome> | undefined;
}
