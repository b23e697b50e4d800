import { features, type Feature, type ServerMessage } from "@metered/llmrtc-core";
import type { SessionMode } from "../events.ts";
import { iceServersFrom } from "./ice-servers.ts";

type Ready = Extract<ServerMessage, { readonly type: "ready" }>;
type Ack = Extract<ServerMessage, { readonly type: "reconnect-ack" }>;

/** What the server says of itself and of the call, before there is one. */
export interface Terms {
  /** It knows no more than protocol v1. */
  readonly isV1: boolean;
  /** What both ends can do beyond that. */
  readonly features: ReadonlySet<Feature>;
  readonly sessionId: string;
  /** It remembers the conversation that the caller comes back to. */
  readonly historyRecovered: boolean;
  readonly mode: SessionMode;
  readonly iceServers: readonly RTCIceServer[];
  readonly iceTransportPolicy: RTCIceTransportPolicy;
}

export function termsOf(ready: Ready): Terms {
  const { id, features: theirs, mode = "pipeline", iceTransportPolicy = "all" } = ready;
  return {
    isV1: !theirs,
    features: new Set(features.filter((feature) => theirs?.includes(feature))),
    sessionId: id,
    historyRecovered: false,
    mode,
    iceServers: iceServersFrom(ready.iceServers),
    iceTransportPolicy,
  };
}

/** The same for a caller who comes back. */
export function returned(terms: Terms, { success, sessionId, historyRecovered }: Ack): Terms {
  return { ...terms, sessionId, historyRecovered: success && historyRecovered };
}
