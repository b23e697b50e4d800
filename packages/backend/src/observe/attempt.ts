import type { ConnectionReason } from "@metered/llmrtc-core";

/** How far a peer connection has come, as its own end sees it. */
export type PeerStage = "path" | "handshake" | "open";

/** One caller who wants to be connected. Times are milliseconds of one clock. */
export type Attempt =
  | {
      readonly phase: "connecting";
      readonly since: number;
      /** It makes no call. */
      readonly check: boolean;
      readonly offeredAt: number | undefined;
      /** Addresses of the caller. */
      readonly candidates: number;
      /** What its own end said last. */
      readonly trouble: ConnectionReason | undefined;
    }
  | { readonly phase: "connected"; readonly tookMs: number }
  | { readonly phase: "failed"; readonly reason: ConnectionReason; readonly tookMs: number }
  | { readonly phase: "checked" };

export type AttemptEvent =
  /** The caller's client only looks whether it could connect. */
  | { readonly type: "check" }
  | { readonly type: "offered"; readonly candidates: number }
  | { readonly type: "candidate" }
  | { readonly type: "trouble"; readonly reason: ConnectionReason }
  /** Our end gives it up. */
  | { readonly type: "given-up"; readonly reason: ConnectionReason }
  /** Sound and messages can flow, or a turn came as a message. */
  | { readonly type: "connected" }
  /** Time has passed, or (`over`) the socket is closed. `stage`: of the peer connection, if there is one. */
  | { readonly type: "time"; readonly stage: PeerStage | undefined }
  | { readonly type: "over"; readonly stage: PeerStage | undefined };

/** An attempt that has not connected by then has failed. */
export const connectWithinMs = 15_000;
/** Who goes earlier than this has changed his mind; later, there was no connection. Counts from his offer, if any. */
const patienceMs = 5_000;

export function newAttempt(now: number): Attempt {
  return {
    phase: "connecting",
    since: now,
    check: false,
    offeredAt: undefined,
    candidates: 0,
    trouble: undefined,
  };
}

/** The whole life of an attempt: it ends once, in one way, and is never stuck. */
export function nextAttempt(attempt: Attempt, event: AttemptEvent, now: number): Attempt {
  if (attempt.phase !== "connecting") return attempt;
  const tookMs = now - attempt.since;
  switch (event.type) {
    case "check":
      return { ...attempt, check: true };
    case "offered":
      return {
        ...attempt,
        offeredAt: attempt.offeredAt ?? now,
        candidates: attempt.candidates + event.candidates,
      };
    case "candidate":
      return { ...attempt, candidates: attempt.candidates + 1 };
    case "trouble":
      return concerns(attempt, event.reason) ? { ...attempt, trouble: event.reason } : attempt;
    case "given-up":
      return attempt.check
        ? { phase: "checked" }
        : { phase: "failed", reason: event.reason, tookMs };
    case "connected":
      return attempt.check ? attempt : { phase: "connected", tookMs };
    case "time":
      if (tookMs < connectWithinMs || attempt.check) return attempt;
      return { phase: "failed", reason: reasonOf(attempt, event.stage), tookMs };
    case "over": {
      if (attempt.check) return { phase: "checked" };
      const { offeredAt = attempt.since, trouble } = attempt;
      const early = trouble === undefined && now - offeredAt < patienceMs;
      return { phase: "failed", reason: early ? "left" : reasonOf(attempt, event.stage), tookMs };
    }
  }
}

/** These do not keep a call from being connected. */
const aboutMedia: ReadonlySet<ConnectionReason> = new Set([
  "microphone-denied",
  "microphone-unavailable",
  "playback-blocked",
]);

/** Before the offer the client tells of earlier attempts, but for what keeps it from making one. */
function concerns(
  { offeredAt }: Extract<Attempt, { readonly phase: "connecting" }>,
  reason: ConnectionReason,
): boolean {
  return !aboutMedia.has(reason) && (offeredAt !== undefined || reason === "unsupported");
}

/** The caller's end knows best; else the first step of connecting that was not done. */
function reasonOf(
  attempt: Extract<Attempt, { readonly phase: "connecting" }>,
  stage: PeerStage | undefined,
): ConnectionReason {
  if (attempt.trouble !== undefined) return attempt.trouble;
  if (attempt.offeredAt === undefined) return "signalling";
  switch (stage) {
    case "open":
      return "media-silent";
    case "handshake":
      return "dtls-failed";
    default:
      return attempt.candidates === 0 ? "no-candidates" : "ice-failed";
  }
}
