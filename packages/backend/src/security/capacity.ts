/** Whether the process keeps up with its calls, and how many looks in a row have said the contrary. */
export interface Strain {
  readonly strained: boolean;
  readonly contrary: number;
}

export const atEase: Strain = { strained: false, contrary: 0 };

/** A crowd that joins holds the event loop up for a second or two; too many calls do it all the time. */
const looksToStrain = 3;
/** A server that takes callers again too soon is full again. */
const looksToEase = 5;

/**
 * Decides from the event loop's delay, looked at once a second. Between half the limit and the limit
 * everything stays as it is.
 */
export function nextStrain(strain: Strain, delayMs: number, limitMs: number): Strain {
  const contrary = strain.strained ? delayMs < limitMs / 2 : delayMs >= limitMs;
  if (!contrary) return { ...strain, contrary: 0 };
  const looks = strain.contrary + 1;
  if (looks < (strain.strained ? looksToEase : looksToStrain))
    return { ...strain, contrary: looks };
  return { strained: !strain.strained, contrary: 0 };
}

/** What is known when a caller is at the door. */
export interface Occupancy {
  /** Calls that run, and those whose caller was lost a moment ago. */
  readonly occupied: number;
  readonly maxSessions: number;
  readonly strained: boolean;
  /** Callers that are let in only to say which call they come back to. */
  readonly asking: number;
}

/** `returning`: for those who come back to a call that has its place. */
export type Entrance = "open" | "returning" | "closed";

/** Each costs a session and ICE servers, for a caller who is mostly a new one. */
export const mostAsking = 8;

/**
 * Who may come in. Running calls go before new ones: their callers may always come back. A server
 * without calls has none to protect, however slow it is.
 */
export function entrance({ occupied, maxSessions, strained, asking }: Occupancy): Entrance {
  if (occupied < maxSessions && !(strained && occupied > 0)) return "open";
  return occupied > 0 && asking < mostAsking ? "returning" : "closed";
}
