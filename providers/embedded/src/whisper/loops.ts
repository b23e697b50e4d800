/**
 * How many tokens at the end repeat what came just before them: a phrase that stands three times in
 * a row counts as two copies too many, a single token only when it stands four times ("no no no" is
 * said, "no no no no" is a model that is caught). 0 when nothing repeats.
 */
export function repeatedTail(tokens: readonly number[]): number {
  for (let length = 1; length * 3 <= tokens.length; length++) {
    const copies = length === 1 ? 4 : 3;
    const extra = length * (copies - 1);
    if (length * copies <= tokens.length && hasPeriod(tokens, length, extra)) return extra;
  }
  return 0;
}

function hasPeriod(tokens: readonly number[], length: number, count: number): boolean {
  for (let i = tokens.length - count; i < tokens.length; i++) {
    if (tokens[i] !== tokens[i - length]) return false;
  }
  return true;
}
