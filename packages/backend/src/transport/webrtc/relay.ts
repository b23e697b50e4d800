import { isIP } from "node:net";
import {
  classes,
  Message,
  methods,
  TcpTransport,
  TlsTransport,
  TurnProtocol,
  UdpTransport,
} from "werift";
import type { Address, LocalCandidate, PacketListener, Route } from "../ice/route.ts";
import { orAborted } from "./abort.ts";
import type { TurnServer } from "./ice-servers.ts";
import { lookUpName } from "./name-lookup.ts";
import { bindAlone } from "./port-lock.ts";

/** An allocation on a TURN server that gave none by then is given up. */
const allocateWithinMs = 5000;
const lifetimeSeconds = 600;
/** How long a goodbye to a TURN server may hold up the end of a call. */
const releaseWithinMs = 500;

/** How long a TURN server may take to say that an allocation is still there. */
const confirmWithinMs = 1000;

/** A relayed address (RFC 8656), kept alive until `close`. */
export interface Relay extends Route {
  /** Whether the server still has the allocation: one that restarted has forgotten it. */
  confirm(): Promise<boolean>;
}

export interface RelayOptions {
  readonly signal: AbortSignal;
  /** The server would not prolong the allocation, or did not answer. */
  readonly refreshFailed: () => void;
}

/** What we replace of werift's client: its refresh timer outlives `close` by minutes. */
interface TurnInternals {
  refresh: (lifetime: number) => void;
}

type Carrier = ConstructorParameters<typeof TurnProtocol>[4];

/** Its constructors are private because `init` is meant to be called first; we must close on failure. */
type StreamCarrier = new (
  address: readonly [string, number],
  options?: { readonly servername: string },
) => Carrier & { init(): Promise<void> };

/**
 * Asks a TURN server for a relayed address. werift's own way leaves the socket open when the
 * server refuses or never answers, so this one owns it.
 *
 * @throws the signal's reason, a time-out, or werift's error when the server refuses
 */
export async function allocateRelay(
  server: TurnServer,
  portRange: readonly [number, number] | undefined,
  { signal, refreshFailed }: RelayOptions,
): Promise<Relay> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new Error("it did not answer in time"));
  }, allocateWithinMs);
  try {
    const within = AbortSignal.any([signal, late.signal]);
    return await allocate(server, portRange, { signal: within, refreshFailed });
  } finally {
    clearTimeout(timer);
  }
}

async function allocate(
  server: TurnServer,
  portRange: readonly [number, number] | undefined,
  { signal: within, refreshFailed }: RelayOptions,
): Promise<Relay> {
  const host = await orAborted(lookUpName(server.host), within);
  if (host === undefined) throw new Error("the name of the TURN server does not resolve");
  const carrier = await connect(server, host, portRange, within);
  const address: [string, number] = [host, server.port];
  const turn = new TurnProtocol(
    address,
    server.username,
    server.credential,
    lifetimeSeconds,
    carrier,
  );
  const refreshing = refreshOnTime(turn, refreshFailed);
  const close = async (): Promise<void> => {
    clearTimeout(refreshing.timer);
    for (const transaction of Object.values(turn.transactions)) transaction.cancel();
    await turn.close();
  };
  try {
    await orAborted(turn.connectionMade(), within);
  } catch (error) {
    await close();
    throw refusal(error);
  }
  return new Allocation(turn, close);
}

class Allocation implements Relay {
  readonly candidate: LocalCandidate;
  readonly #turn: TurnProtocol;
  readonly #close: () => Promise<void>;
  #lost = false;

  constructor(turn: TurnProtocol, close: () => Promise<void>) {
    this.#turn = turn;
    this.#close = close;
    this.candidate = { type: "relay", address: turn.relayedAddress, related: turn.mappedAddress };
  }

  send(data: Uint8Array, to: Address): void {
    if (this.#lost) return;
    // Refused is lost: a TURN server need not let us send to every address that a client names.
    this.#turn.sendData(Buffer.from(data), [...to]).catch(() => undefined);
  }

  listen(listener: PacketListener): void {
    this.#turn.onData.subscribe((data, from) => {
      listener(data, from);
    });
  }

  async confirm(): Promise<boolean> {
    const asked = this.#turn.requestWithRetry(refreshRequest(lifetimeSeconds), this.#turn.server);
    const answered = orAborted(asked, AbortSignal.timeout(confirmWithinMs));
    const isThere = await answered.then(
      () => true,
      () => false,
    );
    this.#lost = !isThere;
    return isThere;
  }

  async close(): Promise<void> {
    if (!this.#lost) await release(this.#turn);
    await this.#close();
  }
}

/**
 * Gives the allocation back (RFC 8656, 7.1). Over UDP it would else count against the user's and the
 * server's quotas for ten minutes more.
 */
async function release(turn: TurnProtocol): Promise<void> {
  const released = turn.requestWithRetry(refreshRequest(0), turn.server);
  await orAborted(released, AbortSignal.timeout(releaseWithinMs)).catch(() => undefined); // it expires
}

function refreshRequest(seconds: number): Message {
  return new Message(methods.REFRESH, classes.REQUEST).setAttribute("LIFETIME", seconds);
}

/** werift's error says what the server answered, but not in its message. */
function refusal(error: unknown): unknown {
  if (!(error instanceof Error) || !("str" in error)) return error;
  return new Error(String(error.str), { cause: error });
}

async function connect(
  server: TurnServer,
  host: string,
  portRange: readonly [number, number] | undefined,
  signal: AbortSignal,
): Promise<Carrier> {
  switch (server.transport) {
    case "udp":
      if (portRange === undefined) return UdpTransport.init("udp4");
      return bindAlone(() => UdpTransport.init("udp4", { portRange: [...portRange] }));
    case "tcp":
      return connected(TcpTransport as unknown as StreamCarrier, server, host, signal);
    case "tls":
      return connected(TlsTransport as unknown as StreamCarrier, server, host, signal);
  }
}

async function connected(
  Stream: StreamCarrier,
  server: TurnServer,
  host: string,
  signal: AbortSignal,
): Promise<Carrier> {
  const named = isIP(server.host) === 0 ? { servername: server.host } : undefined;
  const carrier = new Stream([host, server.port], named);
  try {
    await orAborted(carrier.init(), signal);
    return carrier;
  } catch (error) {
    await carrier.close();
    throw error;
  }
}

function refreshOnTime(
  turn: TurnProtocol,
  failed: () => void,
): { timer: NodeJS.Timeout | undefined } {
  const state: { timer: NodeJS.Timeout | undefined } = { timer: undefined };
  const refresh = async (lifetime: number): Promise<void> => {
    const granted = await turn.requestWithRetry(refreshRequest(lifetime), turn.server).then(
      ([response]) => response.getAttributeValue("LIFETIME") as number,
      () => {
        failed();
        return 60; // unanswered or refused: try again soon, the path itself tells whether it still works
      },
    );
    schedule(granted);
  };
  const schedule = (lifetime: number): void => {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => void refresh(lifetime), lifetime * (5 / 6) * 1000);
  };
  (turn as unknown as TurnInternals).refresh = schedule;
  return state;
}
