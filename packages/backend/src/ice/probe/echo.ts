import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import type { Allocation } from "./allocation.ts";
import { type Outcome, outcomeOf } from "./fault.ts";
import { withinLimit } from "./limit.ts";

export interface EchoReport {
  /**
   * Milliseconds from a UDP socket of this machine to the relay, through it to us, and back: what a
   * caller's packets do.
   */
  readonly fromHere: Outcome<number>;
  /** Milliseconds between two relays of the server and back; tried when the first way fails. */
  readonly betweenRelays?: Outcome<number>;
}

export interface EchoOptions {
  readonly signal: AbortSignal;
  /** How long each of the two ways may take, in milliseconds. */
  readonly limitMs: number;
  /** Makes a second allocation on the same server. Its owner releases it. */
  readonly another: () => Promise<Allocation>;
}

const repeatMs = 150;

/** Sends through the relay and waits for the echo. Never throws. */
export async function echoThrough(
  allocation: Allocation,
  { signal, limitMs, another }: EchoOptions,
): Promise<EchoReport> {
  const limit = { signal, ms: limitMs };
  const fromHere = await outcomeOf(
    withinLimit(limit, (within) => echoFromHere(allocation, within)),
  );
  if (fromHere.ok) return { fromHere };
  const betweenRelays = await outcomeOf(
    another().then((second) =>
      withinLimit(limit, (within) => echoBetween(allocation, second, within)),
    ),
  );
  return { fromHere, betweenRelays };
}

async function echoFromHere(allocation: Allocation, signal: AbortSignal): Promise<number> {
  // Behind NAT another port may be mapped, but a permission is for the address alone.
  await allocation.permit(allocation.mapped.host, { signal });
  const peer = createSocket("udp4");
  try {
    allocation.onData = (data, from) => {
      allocation.send(data, from);
    };
    return await roundTrip(signal, (probe, arrived, failed) => {
      peer.on("error", failed);
      peer.on("message", arrived);
      return () => {
        peer.send(probe, allocation.relayed.port, allocation.relayed.host);
      };
    });
  } finally {
    peer.close();
  }
}

async function echoBetween(
  first: Allocation,
  second: Allocation,
  signal: AbortSignal,
): Promise<number> {
  await Promise.all([
    first.permit(second.relayed.host, { signal }),
    second.permit(first.relayed.host, { signal }),
  ]);
  second.onData = (data, from) => {
    second.send(data, from);
  };
  return roundTrip(signal, (probe, arrived) => {
    first.onData = arrived;
    return () => {
      first.send(probe, second.relayed);
    };
  });
}

/** Sends a probe again and again until it is back. */
async function roundTrip(
  signal: AbortSignal,
  prepare: (
    probe: Buffer,
    arrived: (data: Buffer) => void,
    failed: (error: Error) => void,
  ) => () => void,
): Promise<number> {
  signal.throwIfAborted();
  const probe = randomBytes(16);
  let repeat: NodeJS.Timeout | undefined;
  let abort = (): void => undefined;
  const started = performance.now();
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", abort);
      const arrived = (data: Buffer): void => {
        if (data.equals(probe)) resolve();
      };
      const send = prepare(probe, arrived, reject);
      send();
      repeat = setInterval(send, repeatMs);
    });
    return performance.now() - started;
  } finally {
    clearInterval(repeat);
    signal.removeEventListener("abort", abort);
  }
}
