import type { RemoteCandidate } from "./remote-candidate.ts";

/** More candidates than any browser has; each costs a row of checks. */
const mostPerGeneration = 64;
const mostGenerations = 8;

/**
 * Sorts the client's candidates by ICE generation: they may overtake the offer that they belong to, and
 * those of an old one come late.
 */
export class CandidateInbox {
  #early: RemoteCandidate[] = [];
  #current: string | undefined;
  #taken = 0;
  readonly #past = new Set<string>();

  /** What to use now: the candidate itself, or nothing. */
  take(candidate: RemoteCandidate): RemoteCandidate[] {
    const { ufrag } = candidate;
    if (ufrag !== undefined && this.#past.has(ufrag)) return [];
    if (this.#current !== undefined && (ufrag === undefined || ufrag === this.#current)) {
      this.#taken += 1;
      return this.#taken <= mostPerGeneration ? [candidate] : [];
    }
    if (this.#early.length >= mostPerGeneration) this.#early.shift();
    this.#early.push(candidate);
    return [];
  }

  /** An offer of generation `ufrag` was applied. Returns the candidates that waited for it. */
  open(ufrag: string): RemoteCandidate[] {
    if (ufrag !== this.#current) {
      if (this.#current !== undefined) this.#past.add(this.#current);
      const [oldest] = this.#past;
      if (this.#past.size > mostGenerations && oldest !== undefined) this.#past.delete(oldest);
      this.#past.delete(ufrag);
      this.#current = ufrag;
      this.#taken = 0;
    }
    const early = this.#early;
    this.#early = [];
    return early.flatMap((candidate) => this.take(candidate));
  }
}
