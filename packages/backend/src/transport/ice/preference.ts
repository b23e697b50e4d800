import { addressKind } from "../address-kind.ts";
import { candidatePriority } from "./candidate-line.ts";
import type { Address, Route } from "./route.ts";

/** What the order of checks depends on. */
export interface Untried {
  readonly route: Pick<Route, "candidate">;
  readonly to: Address;
  /** Of the client's candidate, as it says. */
  readonly priority: number;
}

/**
 * Which of two paths is checked first, for `sort`: that whose worse end is better (RFC 8445, 6.1.2.3).
 * Last come private addresses from a relay on the internet, which knows none, or not the right ones.
 */
export function byPreference(a: Untried, b: Untried): number {
  return (
    Number(isHopeless(a)) - Number(isHopeless(b)) ||
    Math.min(b.priority, own(b)) - Math.min(a.priority, own(a)) ||
    Math.max(b.priority, own(b)) - Math.max(a.priority, own(a))
  );
}

const own = ({ route }: Untried): number => candidatePriority(route.candidate.type);

function isHopeless({ route: { candidate }, to: [host] }: Untried): boolean {
  const isPublic = (address: string): boolean => addressKind(address) === "public";
  return candidate.type === "relay" && isPublic(candidate.address[0]) && !isPublic(host);
}
