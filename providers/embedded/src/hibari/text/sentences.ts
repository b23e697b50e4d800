/** Sentences with more phonemes than this are cut at clauses. */
export const maxPhonemes = 400;

/** How far back to look for a title; a longer word is none. */
const longestTitle = 40;

const endOfSentence = /(?<=[.!?…])["”’)\]]*[^\S\n]+(?=\S)/g;

/**
 * Cuts text where a speaker would end a sentence: at line breaks, and behind end punctuation unless
 * it belongs to a title ("Dr. Smith") or an initial ("J. K. Rowling") or the next word is in lower case.
 *
 * @param titles the words that take a full stop before a name, without it
 */
export function splitSentences(text: string, titles: ReadonlySet<string>): string[] {
  return text.split(/\n/).flatMap((line) => splitLine(line.trim(), titles));
}

function splitLine(line: string, titles: ReadonlySet<string>): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const gap of line.matchAll(endOfSentence)) {
    const next = gap.index + gap[0].length;
    const before = line.slice(Math.max(start, gap.index - longestTitle), gap.index);
    if (!endsSentence(before, line.slice(next, next + 2), titles)) continue;
    sentences.push(line.slice(start, gap.index));
    start = next;
  }
  sentences.push(line.slice(start));
  return sentences.filter((sentence) => sentence.trim() !== "");
}

function endsSentence(before: string, after: string, titles: ReadonlySet<string>): boolean {
  if (/^\p{Ll}/u.test(after)) return false;
  if (!before.endsWith(".")) return true;
  const lastWord = before.slice(before.lastIndexOf(" ") + 1, -1).replace(/^[("“'‘]+/, "");
  return !(titles.has(lastWord) || /^\p{Lu}$/u.test(lastWord));
}

/**
 * Cuts phonemes into parts of at most `limit` characters: behind clause punctuation if that is
 * enough, else between words, else anywhere. Joined with blanks the parts give the whole again,
 * unless a word had to be cut.
 */
export function splitAtClauses(phonemes: string, limit = maxPhonemes): string[] {
  if (phonemes.length <= limit) return [phonemes];
  const clauses = phonemes.split(/(?<=[,;:—])\s+/);
  const piece = new RegExp(`.{1,${limit}}`, "gsu");
  return fill(clauses, limit).flatMap((part) => {
    if (part.length <= limit) return [part];
    const words = part.split(" ").flatMap((word) => word.match(piece) ?? []);
    return fill(words, limit);
  });
}

/** Joins neighbours with blanks for as long as they fit into `limit`. */
function fill(pieces: readonly string[], limit: number): string[] {
  const parts: string[] = [];
  for (const piece of pieces) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + piece.length + 1 <= limit) {
      parts[parts.length - 1] = `${last} ${piece}`;
    } else parts.push(piece);
  }
  return parts;
}
