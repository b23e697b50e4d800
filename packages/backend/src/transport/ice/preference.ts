import { addressKind } from "../address-kind.ts";
import { candidatePriority } from "./candidate-line.ts";
import type { LocalCandidate } from "./route.ts";

/** What the order of checks depends on. */
export interface Untried {
  readonly route: { readonly candidate: LocalCandidate };
  /** Of the client's candidate, as it says. */
  readonly priority: number;
  /** As `isHopeless` says: found out once, since a sort asks again and again. */
  readonly hopeless: boolean;
}

/**
 * Which of two paths is checked first, for `sort`: that whose worse end is better (RFC 8445, 6.1.2.3).
 * Last come private addresses from a relay on the internet, which knows none, or not the right ones.
 */
export function byPreference(a: Untried, b: Untried): number {
  return (
    Number(a.hopeless) - Number(b.hopeless) ||
    Math.min(b.priority, own(b)) - Math.min(a.priority, own(a)) ||
    Math.max(b.priority, own(b)) - Math.max(a.priority, own(a))
  );
}

const own = ({ route: { candidate } }: Untried): number =>
  candidatePriority(candidate.type, candidate.rank);

/** Whether an address of the client is private, and the way there is a relay on the internet. */
export function isHopeless(candidate: LocalCandidate, host: string): boolean {
  const isPublic = (address: string): boolean => addressKind(address) === "public";
  return candidate.type === "relay" && isPublic(candidate.address[0]) && !isPublic(host);
}
