/** What a bad network does to the packets of one direction. */
export interface Impairment {
  /** Share of the packets that get lost, 0 to 1, each by itself. */
  readonly loss?: number;
  readonly delayMs?: number;
  /** Each packet takes up to so much less or more. Packets keep their order, as in a queue. */
  readonly jitterMs?: number;
  /** How much goes through, frame headers included. */
  readonly kilobitsPerSecond?: number;
}

/** What waits longer than this for its turn on a narrow link is dropped. */
const queueMs = 300;

/** One direction of a cable: what the next packet must wait for. */
export interface Wire {
  /** When the packets so far are through the narrow place. */
  readonly freeAt: number;
  /** When the last of them arrives. */
  readonly lastAt: number;
}

export const freshWire: Wire = { freeAt: -Infinity, lastAt: -Infinity };

export interface Crossing {
  readonly wire: Wire;
  /** Undefined: lost. */
  readonly arrivesAt: number | undefined;
}

/**
 * When a packet arrives, if it does. Times are in milliseconds.
 *
 * @param random 0 to 1, a new one each time it is called
 */
export function cross(
  wire: Wire,
  packet: { readonly bytes: number; readonly at: number },
  impairment: Impairment,
  random: () => number,
): Crossing {
  const { loss = 0, delayMs = 0, jitterMs = 0, kilobitsPerSecond = Infinity } = impairment;
  const { bytes, at } = packet;
  const lost: Crossing = { wire, arrivesAt: undefined };
  if (random() < loss) return lost;
  const begins = Math.max(at, wire.freeAt);
  if (begins - at > queueMs) return lost;
  const freeAt = begins + (bytes * 8) / kilobitsPerSecond;
  const late = freeAt + delayMs + jitterMs * (2 * random() - 1);
  const arrivesAt = Math.max(at, late, wire.lastAt);
  return { wire: { freeAt, lastAt: arrivesAt }, arrivesAt };
}
