/** Lower-case words without punctuation; apostrophes inside words stay. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll("’", "'")
      .match(/[\p{L}\p{N}]+(?:'\p{L}+)*/gu) ?? []
  );
}

/** Substitutions, deletions and insertions that make `heard` of `said`, at least. */
export function wordErrors(said: readonly string[], heard: readonly string[]): number {
  let costs = Array.from({ length: heard.length + 1 }, (_, i) => i);
  for (const [row, word] of said.entries()) {
    const next = [row + 1];
    for (const [column, other] of heard.entries()) {
      const same = (costs[column] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(same, (costs[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    costs = next;
  }
  return costs.at(-1) ?? 0;
}
