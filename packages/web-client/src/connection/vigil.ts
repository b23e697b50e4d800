/** What is known of a peer connection's path. Times in milliseconds of one clock. */
export interface Vigil {
  /** Of the server's sound, so far. */
  readonly packets: number;
  /** When their number last grew. */
  readonly heardAt: number;
  /** When something said that the network may be another; undefined once sound came after that. */
  readonly doubtedAt: number | undefined;
  /** When ICE was last restarted. */
  readonly restartedAt: number;
  /** When the server first answered a restart in this silence. */
  readonly answeredAt: number | undefined;
}

export type VigilEvent =
  | { readonly type: "counted"; readonly packets: number }
  /** Another network, a page that was away, or a browser that finds the path gone. */
  | { readonly type: "doubted" }
  | { readonly type: "restarted" }
  | { readonly type: "answered" };

export type Verdict =
  | "well"
  /** Look closer: is the socket there? */
  | "doubtful"
  | "restart"
  | "hopeless";

/** The server sends a packet every 400 ms at the least, so that two have been missed by then. */
const doubtfulMs = 800;
const silentMs = 1200;
/** With a reason to doubt, one that is late is enough. */
const doubtMs = 700;
/** A packet that is counted so soon may have come before the doubt. */
const staleMs = 250;
/** A restart takes a few round trips; a network that the browser finds out about later needs another. */
const againMs = 2000;
/** What an answered restart has not led to by then it never will. */
const foundWithinMs = 8000;
/** The server keeps its end for about as long. */
const longestSilenceMs = 60_000;

export function beginVigil(now: number): Vigil {
  return {
    packets: 0,
    heardAt: now,
    doubtedAt: undefined,
    restartedAt: -Infinity,
    answeredAt: undefined,
  };
}

export function keepVigil(vigil: Vigil, event: VigilEvent, now: number): Vigil {
  switch (event.type) {
    case "counted":
      if (event.packets === vigil.packets) return vigil;
      return {
        ...vigil,
        packets: event.packets,
        heardAt: now,
        doubtedAt: now - (vigil.doubtedAt ?? 0) > staleMs ? undefined : vigil.doubtedAt,
        answeredAt: undefined,
      };
    case "doubted": // one network change is told several times
      return { ...vigil, doubtedAt: vigil.doubtedAt ?? now };
    case "restarted":
      return { ...vigil, restartedAt: now };
    case "answered":
      return { ...vigil, answeredAt: vigil.answeredAt ?? now };
  }
}

/** Whether to wait, to restart ICE, or to give up. Sound that comes is always well. */
export function judge(vigil: Vigil, now: number): Verdict {
  const { heardAt, doubtedAt, restartedAt, answeredAt = Infinity } = vigil;
  const silence = now - heardAt;
  if (silence >= longestSilenceMs || now - answeredAt >= foundWithinMs) return "hopeless";
  const isDue = silence >= silentMs || now - (doubtedAt ?? Infinity) >= doubtMs;
  const isNews = (doubtedAt ?? -Infinity) > restartedAt;
  if (isDue && now - restartedAt >= (isNews ? doubtMs : againMs)) return "restart";
  return silence >= doubtfulMs || doubtedAt !== undefined ? "doubtful" : "well";
}
