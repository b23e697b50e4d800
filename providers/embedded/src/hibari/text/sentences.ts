import { maskHints } from "./hints.ts";

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
  const masked = maskHints(line);
  for (const gap of masked.matchAll(endOfSentence)) {
    const next = gap.index + gap[0].length;
    const before = masked.slice(Math.max(start, gap.index - longestTitle), gap.index);
    const after = masked.slice(next, next + longestTitle);
    if (!endsSentence(before, after, titles)) continue;
    sentences.push(line.slice(start, gap.index));
    start = next;
  }
  sentences.push(line.slice(start));
  return sentences.filter((sentence) => sentence.trim() !== "");
}

function endsSentence(before: string, after: string, titles: ReadonlySet<string>): boolean {
  if (/^\p{Ll}/u.test(after)) return false;
  if (!before.endsWith(".")) return true;
  const words = before.slice(0, -1).split(" ");
  const lastWord = (words.at(-1) ?? "").replace(/^[("“'‘]+/, "");
  if (neverLast.has(lastWord.toLowerCase())) return false;
  if (beforeNumbers.has(lastWord.toLowerCase()) && /^[#$£€~]?\d/.test(after)) return false;
  const nextWord = /^[\p{L}']*/u.exec(after)?.[0] ?? "";
  if (lastWord === "St" && starters.has(nextWord)) return /^[\p{Lu}\d]/u.test(words.at(-2) ?? "");
  if (dotted.test(lastWord)) return !/^\p{Lu}\p{Ll}/u.test(after) || starters.has(nextWord);
  return !(titles.has(lastWord) || /^\p{Lu}$/u.test(lastWord));
}

/** Something always follows these, without the full stop and in lower case. */
const neverLast = new Set("vs e.g i.e cf approx incl excl viz".split(" "));
/** These go on when a number follows. */
const beforeNumbers = new Set(
  "no nos nr p pg pp fig figs vol ch sec art eq ver ext tel est max min ca apt rm hwy rte jan feb mar apr jun jul aug sep sept oct nov dec".split(
    " ",
  ),
);
/** "U.S", "a.m", "Ph.D": a capital behind them is a name ("the U.S. Army") unless it begins sentences. */
const dotted = /^\p{L}{1,2}(?:\.\p{L}{1,2}){1,4}$/u;
const starters = new Set(
  "The A An It Its It's This That That's These Those There Here He She We We're They You You're I I'm I'll I've My Your His Her Our Their But And So Or If In On At As By For From With To Of When While Where What Who Why How Which After Before Because Since Then Now Also However Do Does Did Don't Is Are Was Were Can Could Would Should Will Let Let's No Not Yes Well Please Thanks Really First Finally".split(
    " ",
  ),
);

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
