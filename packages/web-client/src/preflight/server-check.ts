import {
  features,
  parseServerMessage,
  type ConnectionReason,
  type Feature,
  type ServerMessage,
} from "@metered/llmrtc-core";
import { Signalling } from "../connection/signalling.ts";
import type { Environment } from "../environment.ts";
import { LLMRTCClientError } from "../errors.ts";
import { limited } from "./limit.ts";
import { shownMs } from "./milliseconds.ts";
import type { ServerCheck } from "./report.ts";

export interface ServerCheckOptions {
  readonly environment: Environment;
  readonly signallingUrl: string;
  readonly protocols: readonly string[];
  readonly signal: AbortSignal;
}

type Ready = Extract<ServerMessage, { readonly type: "ready" }>;

/** A server that has greeted, for the checks that need one. */
export interface Server {
  readonly signalling: Signalling;
  readonly ready: Ready;
  readonly features: ReadonlySet<Feature>;
}

export interface ServerOutcome {
  readonly check: ServerCheck;
  /** Absent when there is none. Whoever gets it says goodbye to it. */
  readonly server?: Server;
}

const greetWithinMs = 8000;
const pings = 3;

/** Opens the WebSocket, waits for the greeting and measures the way there and back. */
export async function checkServer(options: ServerCheckOptions): Promise<ServerOutcome> {
  const { environment, signallingUrl, protocols, signal } = options;
  const { clock } = environment;
  const url = shownUrl(signallingUrl);
  const begun = clock.now();
  const limit = limited(greetWithinMs, { clock, signal });
  let openMs: number | undefined;
  try {
    const socket = environment.openSocket(signallingUrl, protocols);
    socket.addEventListener("open", () => {
      openMs = clock.now() - begun;
    });
    const open = () => Promise.reject(new Error("one socket is enough"));
    const signalling = new Signalling({ clock, socket, open });
    try {
      const ready = await greeting(signalling, limit.signal);
      const readyMs = clock.now() - begun;
      const theirs = features.filter((feature) => ready.features?.includes(feature));
      // Only what this check needs: nothing of a conversation comes.
      const hello = { type: "hello", features: ["trickle", "reports"], purpose: "check" } as const;
      if (ready.features) signalling.send({ ...hello, features: [...hello.features] });
      const roundTripMs = await roundTrip(signalling, clock.now.bind(clock), limit.signal);
      const finding = `greets in ${shownMs(readyMs)} ms, round trip ${shownMs(roundTripMs)} ms`;
      const times = { ...(openMs !== undefined && { openMs }), readyMs, roundTripMs };
      return {
        check: { url, verdict: "ok", finding, ...times },
        server: { signalling, ready, features: new Set(theirs) },
      };
    } catch (error) {
      signalling.close();
      throw error;
    }
  } catch (error) {
    signal.throwIfAborted();
    return { check: { url, verdict: "failed", ...wordsFor(error, openMs !== undefined) } };
  } finally {
    limit.end();
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

interface Words {
  readonly finding: string;
  readonly remedy: string;
  readonly reason: ConnectionReason;
}

function wordsFor(error: unknown, wasOpen: boolean): Words {
  if (error instanceof LLMRTCClientError) {
    const { code, remedy } = error;
    if (code === "ACCESS_REFUSED")
      return { finding: "refuses this caller", remedy, reason: "refused" };
    if (code === "SERVER_BUSY")
      return { finding: "takes no more calls now", remedy, reason: "busy" };
  }
  const network =
    "Check the internet connection. A proxy or firewall must let WebSockets (wss://) through.";
  const reason = "signalling";
  if (wasOpen) {
    const remedy = "The server may be busy or restarting: try again in a moment.";
    return { finding: "opens, but does not answer", remedy, reason };
  }
  return { finding: "cannot be reached", remedy: network, reason };
}
