export interface TokenRules {
  readonly vocab: number;
  readonly sot: number;
  /** Never said: signs for sounds, speakers and formatting. */
  readonly suppress: readonly number[];
  /** Not said first: an empty text is told by the no-speech probability. */
  readonly suppress_at_begin: readonly number[];
}

/** Picks the likeliest token that may be said. */
export class TokenChoice {
  readonly #vocab: number;
  readonly #forbidden: Uint8Array;
  readonly #forbiddenFirst: Uint8Array;

  constructor({ vocab, sot, suppress, suppress_at_begin }: TokenRules) {
    this.#vocab = vocab;
    this.#forbidden = new Uint8Array(vocab).fill(1, sot);
    for (const token of suppress) this.#forbidden[token] = 1;
    this.#forbiddenFirst = this.#forbidden.slice();
    for (const token of suppress_at_begin) this.#forbiddenFirst[token] = 1;
  }

  /** Probability of `token` among all, in the first row of `logits`. */
  probability(logits: Float32Array, token: number): number {
    const row = logits.subarray(0, this.#vocab);
    return Math.exp((row[token] ?? -Infinity) - logSum(row, new Uint8Array(this.#vocab)));
  }

  /** @param row which row of `logits`, each one vocabulary long */
  best(logits: Float32Array, row: number, first: boolean): { token: number; logProb: number } {
    const scores = logits.subarray(row * this.#vocab, (row + 1) * this.#vocab);
    const forbidden = first ? this.#forbiddenFirst : this.#forbidden;
    const token = largest(scores, forbidden);
    return { token, logProb: (scores[token] ?? 0) - logSum(scores, forbidden) };
  }
}

function largest(scores: Float32Array, forbidden: Uint8Array): number {
  let best = -1;
  let top = -Infinity;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    if (score > top && forbidden[i] === 0) {
      top = score;
      best = i;
    }
  }
  return best;
}

/** log Σ exp(score) over what is allowed. */
function logSum(scores: Float32Array, forbidden: Uint8Array): number {
  const top = scores[largest(scores, forbidden)] ?? 0;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const below = (scores[i] ?? 0) - top;
    // Below e^-20 nothing changes in single precision, and most of the vocabulary is there.
    if (below > -20 && forbidden[i] === 0) sum += Math.exp(below);
  }
  return top + Math.log(sum);
}
