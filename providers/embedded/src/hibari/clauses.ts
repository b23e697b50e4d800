/** How long a piece may be, in phoneme characters; the voice speaks about 15 of them per second. */
export interface PieceLimits {
  /** Longer ones are cut at a clause, if they have one. */
  readonly preferred: number;
  /** Longer ones are cut between two words where there is no clause. */
  readonly longest: number;
}

/**
 * The first piece of a reply is what the caller waits for: the net has to finish a piece before its
 * first sample is known. Four seconds take it 30 ms (wasm 100 ms).
 */
export const firstPiece: PieceLimits = { preferred: 60, longest: 200 };
/** Later pieces are made while others are heard. The limit keeps the other callers' waits short. */
export const laterPiece: PieceLimits = { preferred: 100, longest: 200 };

/** A piece that is shorter than this sounds like a stammer. */
const shortest = 12;

/** Marks that a speaker pauses at, and the space behind. */
const clauseEnd = /[,;:—…][”")]*\s/gu;
const wordEnd = /\s/gu;

/**
 * Cuts a phoneme string in two where a speaker would pause: after the last clause that fits, else
 * the first one; the marks stay with the first part, whose tune they decide.
 *
 * @returns the string alone when it needs no cut or has no place for one
 */
export function cutPiece(phonemes: string, limits: PieceLimits): readonly [string, string?] {
  const { preferred, longest } = limits;
  if (phonemes.length <= preferred) return [phonemes];
  const last = phonemes.length - shortest;
  const clauses = ends(phonemes, clauseEnd).filter((at) => at >= shortest && at <= last);
  const clause = clauses.findLast((at) => at <= preferred) ?? clauses.find((at) => at <= longest);
  if (clause !== undefined) return split(phonemes, clause);
  if (phonemes.length <= longest) return [phonemes];
  const word = ends(phonemes, wordEnd).findLast((at) => at <= longest && at >= shortest);
  return split(phonemes, word ?? longest);
}

function ends(text: string, pattern: RegExp): number[] {
  return Array.from(text.matchAll(pattern), (match) => match.index + match[0].length);
}

function split(text: string, at: number): [string, string] {
  return [text.slice(0, at).trimEnd(), text.slice(at).trimStart()];
}
