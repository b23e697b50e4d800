import { readServers } from "./server-list.ts";
import { type IceServerLease, IceSourceError } from "./source.ts";

/** Credentials that end sooner do not outlast connecting. */
const leastLifeMs = 5_000;
/** However short a life is: who is asked needs time to answer. */
const soonestMs = 1_000;
/** `setTimeout` cannot take more than 24 days; and clocks are set. */
const longestWaitMs = 24 * 60 * 60_000;

/**
 * What a source gave, whoever wrote it: a lease, or a list alone.
 *
 * @throws {IceSourceError} naming what is wrong with it, and quoting nothing
 */
export function readLease(given: unknown): IceServerLease {
  if (typeof given !== "object" || given === null) {
    throw new IceSourceError("it gave no list of ICE servers");
  }
  const lease: Partial<Record<keyof IceServerLease, unknown>> = Array.isArray(given)
    ? { iceServers: given }
    : given;
  const { expiresAt, checkAfterMs, warning } = lease;
  const servers = readServers(lease.iceServers);
  if ("fault" in servers) throw unusable(`iceServers${servers.fault}`);
  if (!isOptionalNumber(expiresAt)) {
    throw unusable("expiresAt must be a number of ms since 1970, or absent");
  }
  if (!isOptionalNumber(checkAfterMs) || (checkAfterMs ?? 1) <= 0) {
    throw unusable("checkAfterMs must be a number of ms, or absent");
  }
  return {
    iceServers: servers.value,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(checkAfterMs !== undefined && { checkAfterMs }),
    ...(typeof warning === "string" && { warning }),
  };
}

/**
 * What a source gave, if a call that begins now can use it.
 *
 * @param now ms since 1970
 * @throws {IceSourceError} naming what is wrong with it, and quoting nothing
 */
export function usableLease(given: unknown, now: number): IceServerLease {
  const lease = readLease(given);
  if (!outlastsConnecting(lease, now)) {
    throw unusable("expiresAt is less than 5 s away, or past (it is in ms since 1970)");
  }
  return lease;
}

export function outlastsConnecting({ expiresAt = Infinity }: IceServerLease, now: number): boolean {
  return expiresAt - now > leastLifeMs;
}

/** At half life. Undefined: it lasts. */
export function renewAfterMs(
  { expiresAt, checkAfterMs }: IceServerLease,
  now: number,
): number | undefined {
  const waitMs = expiresAt === undefined ? checkAfterMs : (expiresAt - now) / 2;
  return waitMs === undefined ? undefined : Math.min(Math.max(waitMs, soonestMs), longestWaitMs);
}

function unusable(fault: string): IceSourceError {
  return new IceSourceError(`it gave a list that cannot be used: ${fault}`);
}

function isOptionalNumber(given: unknown): given is number | undefined {
  return given === undefined || Number.isFinite(given);
}
