/** How the path to the client looks at one moment. */
export interface PathSample {
  /** Media can flow in both directions, as far as the engine knows. */
  readonly usable: boolean;
  /** Packets and checks received so far; any change is a sign of life. */
  readonly received: number;
}

export interface PathTimes {
  /** A path without a sign of life for so long is disconnected; 6000. */
  readonly silentAfterMs: number;
  /** A disconnected call ends after this; 60,000. */
  readonly goneAfterMs: number;
  /** A call that never connected ends so long after its last offer; 15,000. */
  readonly connectWithinMs: number;
}

export const defaultPathTimes: PathTimes = {
  silentAfterMs: 6000,
  goneAfterMs: 60_000,
  connectWithinMs: 15_000,
};

export type PathPhase = "connecting" | "connected" | "disconnected" | "gone";

/** What is known of the path. `since`: when the phase began; `aliveAt`: last sign of life. */
export interface Path {
  readonly phase: PathPhase;
  readonly since: number;
  readonly aliveAt: number;
  readonly received: number;
}

export function newPath(now: number): Path {
  return { phase: "connecting", since: now, aliveAt: now, received: 0 };
}

/**
 * Decides from what is seen whether the path lives. Browsers check it every 2.5 s and werift every
 * 5 s, so that silence means a lost path long before consent expires after 30 s (RFC 7675).
 */
export function watchPath(path: Path, sample: PathSample, now: number, times: PathTimes): Path {
  const alive = sample.received !== path.received;
  const next = { ...path, received: sample.received, aliveAt: alive ? now : path.aliveAt };
  switch (path.phase) {
    case "connecting":
      if (sample.usable) return { ...next, phase: "connected", since: now, aliveAt: now };
      return now - path.since >= times.connectWithinMs ? { ...next, phase: "gone" } : next;
    case "connected":
      if (now - next.aliveAt < times.silentAfterMs) return next;
      return { ...next, phase: "disconnected", since: now };
    case "disconnected":
      if (sample.usable && alive) return { ...next, phase: "connected", since: now };
      return now - path.since >= times.goneAfterMs ? { ...next, phase: "gone" } : next;
    case "gone":
      return path;
  }
}

/** A new offer: a call that has not connected yet gets its whole time again. */
export function offered(path: Path, now: number): Path {
  return path.phase === "connecting" ? { ...path, since: now } : path;
}
