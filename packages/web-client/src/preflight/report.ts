import type { ConnectionReason, SelectedPair } from "@metered/llmrtc-core";

/** `running`: not known yet. `skipped`: not asked for, nothing to ask, or the time was up; `finding` says which. */
export type CheckVerdict = "running" | "ok" | "warning" | "failed" | "skipped";

/** What one check came to. `finding` and `remedy` are English and fit to be shown. */
export interface Check {
  readonly verdict: CheckVerdict;
  readonly finding: string;
  /** What the person, or whoever runs the network or the server, can do. */
  readonly remedy?: string;
  readonly reason?: ConnectionReason;
}

/** The WebSocket. Times are in ms. */
export interface ServerCheck extends Check {
  /** Scheme and host only: the rest of the address may hold a token. */
  readonly url: string;
  /** Until the socket was open, and until the server had greeted. */
  readonly openMs?: number;
  readonly readyMs?: number;
  /** To the server and back: the shortest of three. */
  readonly roundTripMs?: number;
}

/** A real WebRTC connection to the server, made for this check. */
export interface PathCheck extends Check {
  readonly pair?: SelectedPair;
  /** From the offer until media and messages could flow, in ms. */
  readonly connectMs?: number;
}

/** One URL of the ICE server list. */
export interface IceServerCheck extends Check {
  /** Without a login. */
  readonly url: string;
  /** `unknown`: it is no STUN or TURN URL; `transport` says nothing then. */
  readonly kind: "stun" | "turn" | "unknown";
  readonly transport: "udp" | "tcp" | "tls";
  /** Until it had answered with an address, in ms. */
  readonly reachedMs?: number;
  /** Of a packet through the relay and back, in ms. */
  readonly relayMs?: number;
}

export interface MicrophoneCheck extends Check {
  /** As the browser names it. */
  readonly label?: string;
  /** Loudest so far, 0 to 1 over 60 dB. */
  readonly level?: number;
}

/** The way that a call would take. `unknown`: while the check runs. */
export type LikelyStep =
  "direct" | "relay-udp" | "relay-tcp" | "relay-tls" | "websocket" | "none" | "unknown";

/** A step of the ladder, best first. */
export interface Rung {
  readonly step: Exclude<LikelyStep, "none" | "unknown">;
  /**
   * `likely`: a call takes it. `works`: it is there to fall back on. `blocked`: this network, or what answers,
   * does not let it. `absent`: the server offers none. `running`: not known yet. `unknown`: the time was up
   * before it was known.
   */
  readonly state: "likely" | "works" | "blocked" | "absent" | "running" | "unknown";
}

/** Everything that `preflight` found. It holds no credential, no token and no address of the person. */
export interface PreflightReport {
  readonly finished: boolean;
  readonly verdict: Exclude<CheckVerdict, "skipped">;
  readonly step: LikelyStep;
  readonly ladder: readonly Rung[];
  /** One sentence on what to expect of a call. */
  readonly summary: string;
  readonly server: ServerCheck;
  readonly path: PathCheck;
  readonly iceServers: readonly IceServerCheck[];
  readonly microphone: MicrophoneCheck;
  /** ISO 8601, in UTC. */
  readonly startedAt: string;
  readonly tookMs: number;
  /** Origin of the page. */
  readonly page: string;
  readonly browser: string;
}
