import type { IceServer } from "@metered/llmrtc-core";

/** ICE servers, and how long their credentials are good for. */
export interface IceServerLease {
  readonly iceServers: readonly IceServer[];
  /** When the credentials end, in ms since 1970. Absent: unknown, or never. */
  readonly expiresAt?: number | undefined;
  /** For credentials of unknown lifetime: ask again after so many ms. */
  readonly checkAfterMs?: number | undefined;
  /** What is lacking in it and how to mend that, for people; without credentials. */
  readonly warning?: string | undefined;
}

/** Whom ICE servers are for. */
export interface IceServerRequest {
  /** The call's session; absent when the list is kept in reserve for whoever comes. */
  readonly sessionId?: string | undefined;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Where the ICE servers of a call come from. What it gives is checked. */
export interface IceServerSource {
  /** For people, without credentials: `configured (2 servers)`. */
  readonly description: string;
  /** What is lacking and how to mend it. */
  readonly warning?: string | undefined;
  /** All calls get the same list, which is then asked for ahead of time. Default false. */
  readonly shared?: boolean | undefined;
  /** False: it never has a TURN server. */
  readonly relays?: boolean | undefined;
  /** Asks once. Rejects when there is no answer: retries and caching are the caller's business. */
  mint(request: IceServerRequest): Promise<IceServerLease>;
}

/** A source in short: a list, with or without the end of its credentials. */
export type IceServerFunction = (
  request: IceServerRequest,
) => Promise<IceServerLease | readonly IceServer[]>;

/** Metered's free STUN server: what a call gets when nothing is configured. */
export const defaultStun: readonly IceServer[] = [{ urls: "stun:stun.metered.ca:80" }];

/**
 * Why a source gave nothing, in words that are fit for a log: never with a key, a URL or what a
 * service wrote.
 */
export class IceSourceError extends Error {
  override readonly name = "IceSourceError";
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}
