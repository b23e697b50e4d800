/** What an allocation is asked for (RFC 8656, 3.2: ten minutes by default), and the most we rely on. */
export const lifetimeSeconds = 600;
/** Sooner is never asked again, whatever a server grants. */
const soonestMs = 30_000;
const afterFailureMs = 50_000;

export interface UpkeepOptions {
  /** Asks for so much longer; resolves with what is granted, in seconds. */
  readonly refresh: () => Promise<unknown>;
  /** The server refused, did not answer, or granted nothing: the path itself tells whether it works. */
  readonly failed: () => void;
}

/**
 * Prolongs an allocation in time, again and again.
 *
 * @param granted at first, in seconds
 * @returns what ends it
 */
export function keepUp(granted: unknown, { refresh, failed }: UpkeepOptions): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const schedule = (granted: unknown): void => {
    if (ended) return;
    const isGranted = typeof granted === "number" && granted > 0;
    if (!isGranted) failed();
    const again = (): void => {
      void refresh()
        .catch(() => undefined)
        .then(schedule);
    };
    timer = setTimeout(again, isGranted ? pause(granted) : afterFailureMs);
  };
  schedule(granted);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** Until five sixths of it have passed. A timer of a month or more would go off at once. */
function pause(grantedSeconds: number): number {
  return Math.max(soonestMs, Math.min(grantedSeconds, lifetimeSeconds) * (5 / 6) * 1000);
}
