import { createHash } from "node:crypto";
import type { CandidateType, LocalCandidate } from "./route.ts";

/** RFC 8445, 5.1.2.2. */
const typePreferences: Readonly<Record<CandidateType | "prflx", number>> = {
  host: 126,
  prflx: 110,
  srflx: 100,
  relay: 0,
};

/**
 * RFC 8445, 5.1.2.1, for component 1.
 *
 * @param rank of the address among those of its type, 0 being the best
 */
export function candidatePriority(type: CandidateType | "prflx", rank = 0): number {
  return typePreferences[type] * 2 ** 24 + (65_535 - Math.min(rank, 65_535)) * 2 ** 8 + 255;
}

/** A candidate as SDP has it, without `a=` (RFC 8839, 5.1). */
export function candidateLine(
  { type, address: [host, port], related }: LocalCandidate,
  { ufrag, rank }: { readonly ufrag: string; readonly rank: number },
): string {
  const base = related?.[0] ?? host;
  const foundation = createHash("md5").update(`${type}|udp|${base}`).digest("hex").slice(0, 8);
  const priority = candidatePriority(type, rank);
  const behind = related === null ? "" : ` raddr ${related[0]} rport ${related[1]}`;
  return `candidate:${foundation} 1 udp ${priority} ${host} ${port} typ ${type}${behind} ufrag ${ufrag}`;
}
