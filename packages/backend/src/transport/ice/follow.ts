/** What choosing between paths depends on. Times in milliseconds of one clock; generations count from 0. */
export interface PathView {
  /** The newest generation of ICE in which the client's answer came back over it; undefined: never. */
  readonly provenIn: number | undefined;
  /** The newest generation in which the client chose it; -1: it has not. */
  readonly chosenIn: number;
  /** When something last came from the client over it. */
  readonly heardAt: number;
}

/** A chosen path that is silent for so long is left for an older one, or one not chosen, that is not. */
export const silentMs = 3000;
/** After a restart the client looks for something better, so that less silence is proof enough. */
const silentAfterRestartMs = 600;

/**
 * Whether to send over `heard`, from which something has just come, instead of `current`. The client
 * controls (RFC 8445, 8.1.1): we go where it chose last. A restart takes nothing away before the
 * new generation has a path; and when what it chose falls silent, we are where we can hear it. That
 * follows a caller whose NAT gave it another port as well, for its checks come from there.
 *
 * @param choosing what came is a check by which the client chooses this path
 */
export function follows(
  heard: PathView,
  current: PathView,
  { choosing, now }: { readonly choosing: boolean; readonly now: number },
): boolean {
  if (heard.provenIn === undefined) return false;
  if (current.provenIn === undefined) return true;
  if (heard.chosenIn > current.chosenIn) return true;
  if (choosing && heard.chosenIn === current.chosenIn) return true;
  const patienceMs = heard.provenIn > current.provenIn ? silentAfterRestartMs : silentMs;
  return now - current.heardAt > patienceMs && heard.heardAt > current.heardAt;
}
