import { isIP } from "node:net";
import {
  classes,
  Message,
  methods,
  StunOverTurnProtocol,
  TcpTransport,
  TlsTransport,
  TurnProtocol,
  UdpTransport,
} from "werift";
import { orAborted } from "./abort.ts";
import type { TurnServer } from "./ice-servers.ts";
import { lookUpName } from "./name-lookup.ts";

/** An allocation on a TURN server that gave none by then is given up. */
const allocateWithinMs = 5000;
const lifetimeSeconds = 600;
/** How long a goodbye to a TURN server may hold up the end of a call. */
const releaseWithinMs = 500;

/** A relayed address (RFC 8656), kept alive until `close`. */
export interface Relay {
  readonly protocol: StunOverTurnProtocol;
  readonly address: readonly [host: string, port: number];
  readonly mapped: readonly [host: string, port: number];
  close(): Promise<void>;
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
  portRange: [number, number] | undefined,
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
  portRange: [number, number] | undefined,
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
  return {
    protocol: new StunOverTurnProtocol(turn),
    address: turn.relayedAddress,
    mapped: turn.mappedAddress,
    close: async () => {
      await release(turn);
      await close();
    },
  };
}

/**
 * Gives the allocation back (RFC 8656, 7.1). Over UDP it would else count against the user's and the
 * server's quotas for ten minutes more.
 */
async function release(turn: TurnProtocol): Promise<void> {
  const request = new Message(methods.REFRESH, classes.REQUEST);
  request.setAttribute("LIFETIME", 0);
  const released = turn.requestWithRetry(request, turn.server);
  await orAborted(released, AbortSignal.timeout(releaseWithinMs)).catch(() => undefined); // it expires
}

/** werift's error says what the server answered, but not in its message. */
function refusal(error: unknown): unknown {
  if (!(error instanceof Error) || !("str" in error)) return error;
  return new Error(String(error.str), { cause: error });
}

async function connect(
  server: TurnServer,
  host: string,
  portRange: [number, number] | undefined,
  signal: AbortSignal,
): Promise<Carrier> {
  switch (server.transport) {
    case "udp":
      return UdpTransport.init("udp4", portRange === undefined ? {} : { portRange });
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
): {
  timer: NodeJS.Timeout | undefined;
} {
  const state: { timer: NodeJS.Timeout | undefined } = { timer: undefined };
  const refresh = async (lifetime: number): Promise<void> => {
    const request = new Message(methods.REFRESH, classes.REQUEST);
    request.setAttribute("LIFETIME", lifetime);
    const granted = await turn.requestWithRetry(request, turn.server).then(
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
