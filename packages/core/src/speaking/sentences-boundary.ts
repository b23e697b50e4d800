import { beginsSentence, stopKind } from "./sentences-abbreviations.ts";

export interface CutLimits {
  /** Past this many characters a piece ends at a clause (comma, colon, dash). */
  readonly clauseAfter: number;
  /** Past this many characters a piece ends at a space, or anywhere if there is none. */
  readonly max: number;
}

/** What may end a piece, with the quotes and brackets that close behind it. */
const mark =
  /\n|`{3}|(?:[.!?…]+|[。！？｡؟।]+|[,;:]|[、，；：]|[—–]| -(?= ))["'”’»)\]}*_`」』）】]*/gu;
const wideStop = /^[。！？｡।؟]/u;
const wideComma = /^[、，；：—]/u;
const wideLetter = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const openers = /^["'“‘«„([{*_¿¡「『（【]+/u;

type Verdict = "sentence" | "clause" | "nothing" | "more-text-needed";

/**
 * Where the first piece of `text` ends, or undefined while only more text can tell. Once told, more
 * text never changes it; that makes the pieces of a stream independent of how it was cut.
 *
 * @param text begins with something other than white space
 * @param ended no more text comes
 */
export function firstCut(text: string, limits: CutLimits, ended: boolean): number | undefined {
  if (!ended && /[\uD800-\uDBFF]$/u.test(text)) return undefined; // half a character
  if (text.startsWith("```")) return endOfCode(text, ended);
  let clause = 0;
  for (const match of text.matchAll(mark)) {
    const end = match.index + match[0].length;
    if (end > limits.max) break;
    if (end > limits.clauseAfter && isLongEnough(clause, limits.clauseAfter)) return clause;
    if (match[0].startsWith("```")) return match.index;
    const verdict = judge(text, match.index, end, ended);
    if (verdict === "more-text-needed") return undefined;
    if (verdict === "sentence") return end;
    if (verdict === "clause") clause = end;
    if (clause > limits.clauseAfter) return clause;
  }
  return cutByLength(text, limits, clause);
}

function cutByLength(text: string, { clauseAfter, max }: CutLimits, clause: number) {
  if (text.length > clauseAfter && isLongEnough(clause, clauseAfter)) return clause;
  if (text.length <= max) return undefined;
  if (clause > max / 2) return clause;
  const space = text.slice(0, max + 1).search(/\s\S*$/u);
  if (space > 0) return space;
  const splitsPair = /[\uD800-\uDBFF]/u.test(text.charAt(max - 1));
  return splitsPair ? max - 1 : max;
}

/** "Well," alone would sound chopped. */
function isLongEnough(clause: number, clauseAfter: number): boolean {
  return clause > clauseAfter / 4;
}

/** A code block is one piece, however long, so that nobody reads its inside aloud. */
function endOfCode(text: string, ended: boolean): number | undefined {
  const block = /^`{3,}(?=[^`])[^]*?`{3,}/u.exec(text)?.[0];
  if (block === undefined || (block.length === text.length && !ended)) return undefined;
  return block.length;
}

function judge(text: string, start: number, end: number, ended: boolean): Verdict {
  if (text[start] === "\n") return "sentence";
  const after = text.slice(end);
  if (after === "") return ended ? "nothing" : "more-text-needed"; // the mark itself may go on
  if (wideStop.test(text.slice(start, end))) return "sentence";
  if (wideComma.test(text.slice(start, end))) return "clause";
  const stop = /^[.!?…]+/u.exec(text.slice(start, end))?.[0];
  if (!/^\s/u.test(after)) {
    return stop && stop !== "." && wideLetter.test(after) ? "sentence" : "nothing";
  }
  if (stop === undefined) return "clause";
  return judgeStop(stop, text.slice(0, start), after, ended);
}

/** A stop with white space behind it: does a new sentence begin there? */
function judgeStop(stop: string, before: string, after: string, ended: boolean): Verdict {
  if (/^[^\S\n]*\n/u.test(after)) return "sentence";
  const next = after.trimStart().replace(openers, "");
  if (next === "") return ended ? "nothing" : "more-text-needed";
  if (/^\p{Ll}/u.test(next)) return "nothing"; // "Well... maybe", "Really?" she asked
  if (/[!?]/u.test(stop)) return "sentence";
  const kind = stop === "." ? stopKindOf(before) : "ellipsis";
  if (kind === "end") return "sentence";
  if (kind === "never-end") return "nothing";
  if (kind === "before-number") return /^[\d#]/u.test(next) ? "nothing" : "sentence";
  const word = /^\p{L}*/u.exec(next)?.[0] ?? "";
  if (word.length === next.length && word.length < 12 && !ended) return "more-text-needed";
  if (kind === "ellipsis") return word === "I" ? "nothing" : "sentence";
  return beginsSentence(word) ? "sentence" : "nothing";
}

function stopKindOf(before: string) {
  const word = /[^\s"'“‘«„([{*_¿¡/-]*$/u.exec(before)?.[0] ?? "";
  const isListNumber = /(?:^[*_]*\d{1,3}|:\s*[*_]*1)$/u.test(before);
  return isListNumber ? "never-end" : stopKind(word);
}
