import {
  features,
  parseServerMessage,
  type Feature,
  type Logger,
  type ServerMessage,
} from "@metered/llmrtc-core";
import type { WebClientConfig } from "../config.ts";
import { Signalling } from "../connection/signalling.ts";
import type { Environment } from "../environment.ts";
import { limited } from "./limit.ts";
import { shownMs } from "./milliseconds.ts";
import type { ServerCheck } from "./report.ts";
import { noAddress, wordsForNoGreeting } from "./server-words.ts";
import { untilAborted } from "./until-aborted.ts";

export interface ServerCheckOptions {
  readonly environment: Environment;
  readonly signallingUrl: WebClientConfig["signallingUrl"];
  readonly protocols: readonly string[];
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

type Ready = Extract<ServerMessage, { readonly type: "ready" }>;

/** A server that has greeted, for the checks that need one. */
export interface Server {
  readonly signalling: Signalling;
  readonly ready: Ready;
  readonly features: ReadonlySet<Feature>;
  /** Aborts with an `LLMRTCClientError` when the socket is gone. */
  readonly gone: AbortSignal;
}

export interface ServerOutcome {
  readonly check: ServerCheck;
  /** Absent when there is none. Whoever gets it says goodbye to it. */
  readonly server?: Server;
}

const addressWithinMs = 4000;
const greetWithinMs = 6000;
const pings = 3;

/**
 * Asks for the address, opens the WebSocket, waits for the greeting and measures the way there and back:
 * at most 10 s.
 *
 * @throws the signal's reason when it aborts
 */
export async function checkServer(options: ServerCheckOptions): Promise<ServerOutcome> {
  const { environment, signal } = options;
  const within = <T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const limit = limited(ms, { clock: environment.clock, signal });
    return work(limit.signal).finally(() => {
      limit.end();
    });
  };
  const address = await within(addressWithinMs, (soon) => addressFrom(options, soon));
  signal.throwIfAborted();
  if (address === undefined) return { check: noAddress };
  const outcome = await within(greetWithinMs, (soon) => greet(address, options, soon));
  if (signal.aborted) outcome.server?.signalling.close();
  signal.throwIfAborted();
  return outcome;
}

/** Undefined when the application gives none in time. */
async function addressFrom(
  { signallingUrl, logger }: ServerCheckOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (typeof signallingUrl === "string") return signallingUrl;
  try {
    return await untilAborted(Promise.resolve(signallingUrl()), signal);
  } catch (error) {
    logger.warn({ error }, "The application gave no address");
    return undefined;
  }
}

async function greet(
  address: string,
  { environment, protocols }: ServerCheckOptions,
  signal: AbortSignal,
): Promise<ServerOutcome> {
  const { clock } = environment;
  const url = shownUrl(address);
  const begun = clock.now();
  let openMs: number | undefined;
  let signalling: Signalling | undefined;
  try {
    const socket = environment.openSocket(address, protocols);
    socket.addEventListener("open", () => {
      openMs = clock.now() - begun;
    });
    const open = () => Promise.reject(new Error("one socket is enough"));
    signalling = new Signalling({ clock, socket, open });
    const gone = new AbortController();
    signalling.on("lost", (error) => {
      gone.abort(error);
    });
    const ready = await greeting(signalling, signal);
    const readyMs = clock.now() - begun;
    const theirs = features.filter((feature) => ready.features?.includes(feature));
    // Only what this check needs: nothing of a conversation comes.
    const hello = { type: "hello", features: ["trickle", "reports"], purpose: "check" } as const;
    if (ready.features) signalling.send({ ...hello, features: [...hello.features] });
    const roundTripMs = await roundTrip(signalling, clock.now.bind(clock), signal);
    const finding = `greets in ${shownMs(readyMs)} ms, round trip ${shownMs(roundTripMs)} ms`;
    const times = { ...(openMs !== undefined && { openMs }), readyMs, roundTripMs };
    return {
      check: { url, verdict: "ok", finding, ...times },
      server: { signalling, ready, features: new Set(theirs), gone: gone.signal },
    };
  } catch (error) {
    signalling?.close();
    return {
      check: { url, verdict: "failed", ...wordsForNoGreeting(error, openMs !== undefined) },
    };
  }
}

/** The next message that `take` makes something of. */
function nextMessage<T>(
  signalling: Signalling,
  signal: AbortSignal,
  take: (message: ServerMessage) => T | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const ends: (() => void)[] = [];
    const end = (): void => {
      for (const one of ends) one();
    };
    const aborted = (): void => {
      end();
      reject(signal.reason as Error);
    };
    ends.push(
      signalling.on("frame", (frame) => {
        const taken = take(parseOrIgnore(frame));
        if (taken === undefined) return;
        end();
        resolve(taken);
      }),
      signalling.on("lost", (error) => {
        end();
        reject(error);
      }),
      () => {
        signal.removeEventListener("abort", aborted);
      },
    );
    signal.addEventListener("abort", aborted);
    if (signal.aborted) aborted();
  });
}

const nothing: ServerMessage = { type: "audio-started" };

/** A newer server may say what we do not understand. */
function parseOrIgnore(frame: string): ServerMessage {
  try {
    return parseServerMessage(frame);
  } catch {
    return nothing;
  }
}

function greeting(signalling: Signalling, signal: AbortSignal): Promise<Ready> {
  return nextMessage(signalling, signal, (message) =>
    message.type === "ready" ? message : undefined,
  );
}

async function roundTrip(
  signalling: Signalling,
  now: () => number,
  signal: AbortSignal,
): Promise<number> {
  let shortest = Infinity;
  for (let at = 0; at < pings; at++) {
    const timestamp = now();
    const pong = nextMessage(signalling, signal, (message) =>
      message.type === "pong" && message.timestamp === timestamp ? message : undefined,
    );
    signalling.send({ type: "ping", timestamp });
    await pong;
    shortest = Math.min(shortest, now() - timestamp);
  }
  return shortest;
}

/** Scheme and host: a path or a query may hold a token. */
function shownUrl(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  } catch {
    return "no WebSocket URL";
  }
}
