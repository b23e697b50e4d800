import type { ReconnectionConfig } from "../config.ts";
import { ConnectionState } from "./state.ts";

/** Where the call stands, with what each phase needs to know. */
export type Progress =
  | { readonly phase: "disconnected" }
  /** `retries` counts those in a row; 0 is the first try. */
  | { readonly phase: "connecting"; readonly retries: number }
  | { readonly phase: "connected" }
  /** The path broke; ICE looks for another while everything else stays up. */
  | { readonly phase: "restarting" }
  /** Try number `retries` comes after `delayMs`. */
  | { readonly phase: "waiting"; readonly retries: number; readonly delayMs: number }
  | { readonly phase: "failed" }
  | { readonly phase: "closed" };

export type ProgressEvent =
  | { readonly type: "start" }
  | { readonly type: "connected" }
  | { readonly type: "interrupted" }
  /** A try failed or a call broke. `random`, 0 to 1, places the wait within its jitter. */
  | { readonly type: "lost"; readonly retryable: boolean; readonly random: number }
  | { readonly type: "wait-over" }
  | { readonly type: "close" };

/** The whole reconnection logic. An event that means nothing in a phase changes nothing. */
export function nextProgress(
  progress: Progress,
  event: ProgressEvent,
  config: ReconnectionConfig,
): Progress {
  switch (event.type) {
    case "start":
      return mayStart(progress) ? { phase: "connecting", retries: 0 } : progress;
    case "connected":
      return progress.phase === "connecting" || progress.phase === "restarting"
        ? { phase: "connected" }
        : progress;
    case "interrupted":
      return progress.phase === "connected" ? { phase: "restarting" } : progress;
    case "lost":
      return isTrying(progress) ? afterLoss(progress, event, config) : progress;
    case "wait-over":
      return progress.phase === "waiting"
        ? { phase: "connecting", retries: progress.retries }
        : progress;
    case "close":
      return { phase: "closed" };
  }
}

/** From disconnected, failed and closed. */
export function mayStart({ phase }: Progress): boolean {
  return phase === "disconnected" || phase === "failed" || phase === "closed";
}

type Trying = Extract<Progress, { readonly phase: "connecting" | "connected" | "restarting" }>;

function isTrying(progress: Progress): progress is Trying {
  const { phase } = progress;
  return phase === "connecting" || phase === "connected" || phase === "restarting";
}

function afterLoss(
  progress: Trying,
  { retryable, random }: Extract<ProgressEvent, { readonly type: "lost" }>,
  config: ReconnectionConfig,
): Progress {
  const made = progress.phase === "connecting" ? progress.retries : 0;
  if (!retryable || !config.enabled || made >= config.maxRetries) return { phase: "failed" };
  return { phase: "waiting", retries: made + 1, delayMs: retryDelayMs(made, random, config) };
}

/** Doubles from `baseDelayMs` up to `maxDelayMs`; jitter then shortens or lengthens it. */
export function retryDelayMs(made: number, random: number, config: ReconnectionConfig): number {
  const nominal = Math.min(config.baseDelayMs * 2 ** made, config.maxDelayMs);
  return nominal * (1 + config.jitterFactor * (2 * random - 1));
}

/** What the application is told. */
export function connectionState({ phase }: Progress): ConnectionState {
  return phase === "waiting" || phase === "restarting" ? ConnectionState.RECONNECTING : phase;
}
