import type { IceServer } from "@metered/llmrtc-core";

/** Where the ICE servers of a call come from. */
export interface IceServerSource {
  /** For people, without credentials: `configured (2 servers)`. */
  readonly description: string;
  /** What is lacking and how to mend it. */
  readonly warning?: string;
  /** Servers for one new call. Never rejects: a source that fails gives what it last had, or STUN. */
  iceServers(): Promise<readonly IceServer[]>;
}

/** Metered's free STUN server: what a call gets when nothing is configured. */
export const defaultStun: readonly IceServer[] = [{ urls: "stun:stun.metered.ca:80" }];
