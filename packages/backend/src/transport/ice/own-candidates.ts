import { candidateLine } from "./candidate-line.ts";
import type { LocalCandidate } from "./route.ts";

/** Where the client may reach us, in the order in which we found out. */
export class OwnCandidates {
  readonly #all: LocalCandidate[] = [];

  /** @returns false for an address that is known */
  add(candidate: LocalCandidate): boolean {
    const [host, port] = candidate.address;
    if (this.#all.some(({ address }) => address[0] === host && address[1] === port)) return false;
    this.#all.push(candidate);
    return true;
  }

  remove(candidate: LocalCandidate): void {
    const at = this.#all.indexOf(candidate);
    if (at >= 0) this.#all.splice(at, 1);
  }

  /** As SDP has it, in the name of a generation. */
  line(candidate: LocalCandidate, ufrag: string): string {
    const same = this.#all.filter(({ type }) => type === candidate.type);
    const rank = candidate.rank ?? same.indexOf(candidate);
    return candidateLine(candidate, { ufrag, rank });
  }

  lines(ufrag: string): string[] {
    return this.#all.map((candidate) => this.line(candidate, ufrag));
  }
}
