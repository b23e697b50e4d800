import {
  clauseOpeners,
  digitWords,
  fillerPhrases,
  fillers,
  identifierNouns,
  leadingOn,
  leaningOn,
  questionWords,
  strandable,
} from "./words-english.ts";

/** What the words of an utterance say about its end. */
export interface WordsVerdict {
  readonly verdict:
    | /** More must come. */ "unfinished"
    | /** Grammar wants more, but the recogniser heard an end. */ "doubtful"
    | /** A whole sentence, as far as words can tell. */ "finished"
    | /** One or two words, as an answer may be. */ "short"
    | /** The words say nothing either way, or there are none. */ "unclear";
  /** Which rule spoke, for logs and timings, e.g. `filler`. */
  readonly reason: string;
}

interface Utterance {
  /** Lower case, without punctuation. */
  readonly words: readonly string[];
  readonly last: string;
  /** Ends with a full stop, a question or an exclamation mark. */
  readonly closed: boolean;
  /** Ends as writing that trails off does: in dots, or in a dash, a comma, a colon. */
  readonly trailing: "dots" | "mark" | undefined;
  /** Written with capitals and stops, so that a missing stop means something. */
  readonly punctuated: boolean;
  readonly question: boolean;
}

interface WordRule {
  readonly reason: string;
  readonly verdict: WordsVerdict["verdict"];
  readonly applies: (utterance: Utterance) => boolean;
}

/** In order; the first that applies decides. */
const rules: readonly WordRule[] = [
  { reason: "no words", verdict: "unclear", applies: ({ words }) => words.length === 0 },
  { reason: "filler", verdict: "unfinished", applies: endsInFiller },
  {
    reason: "leading word",
    verdict: "unfinished",
    applies: ({ last, question }) => leadingOn.has(last) && !(question && strandable.has(last)),
  },
  { reason: "open number", verdict: "unfinished", applies: endsInOpenNumber },
  {
    reason: "leaning word",
    verdict: "unfinished",
    applies: ({ words, last, closed }) => words.length > 1 && !closed && leaningOn.has(last),
  },
  {
    reason: "short answer",
    verdict: "short",
    applies: ({ words, trailing }) => words.length === 1 && trailing !== "mark",
  },
  {
    reason: "trails off",
    verdict: "unfinished",
    applies: ({ trailing }) => trailing !== undefined,
  },
  {
    reason: "no full stop",
    verdict: "unfinished",
    applies: ({ punctuated, closed }) => punctuated && !closed,
  },
  {
    reason: "leaning word",
    verdict: "doubtful",
    applies: ({ words, last, question }) => words.length > 2 && leaningOn.has(last) && !question,
  },
  { reason: "open clause", verdict: "doubtful", applies: isOpenClause },
  { reason: "short answer", verdict: "short", applies: ({ words }) => words.length === 2 },
  { reason: "full stop", verdict: "finished", applies: ({ closed }) => closed },
  { reason: "no sign", verdict: "unclear", applies: () => true },
];

/**
 * Judges English words by their end: a trailing conjunction, preposition, article or filler, a number
 * that is not all told, a missing full stop where the recogniser writes them. Other languages come out
 * as their punctuation says, or `unclear`.
 */
export function judgeWords(text: string): WordsVerdict {
  const utterance = read(text);
  const rule = rules.find(({ applies }) => applies(utterance));
  return { verdict: rule?.verdict ?? "unclear", reason: rule?.reason ?? "no sign" };
}

function read(text: string): Utterance {
  const trimmed = text.trim();
  const words = trimmed
    .toLowerCase()
    .replace(/’/g, "'")
    .split(/[^\p{L}\p{N}']+/u)
    .filter(Boolean);
  const trailing = /(\.\.|…)$/u.test(trimmed)
    ? "dots"
    : /[,:;–—-]$/u.test(trimmed)
      ? "mark"
      : undefined;
  const closed = !trailing && /[.!?。！？]["'”)]*$/u.test(trimmed);
  const inner = /[.,!?](?=\s)/u.test(trimmed);
  return {
    words,
    last: words.at(-1) ?? "",
    closed,
    trailing,
    punctuated: closed || inner || /^\p{Lu}/u.test(trimmed),
    question: /[?？]["'”)]*$/u.test(trimmed) || (!trailing && questionWords.has(words[0] ?? "")),
  };
}

function endsInFiller({ words, last }: Utterance): boolean {
  const end = words.slice(-3).join(" ");
  return fillers.has(last) || fillerPhrases.some((phrase) => ` ${end}`.endsWith(` ${phrase}`));
}

/** Identifiers are told in groups; ten digits and more are a whole telephone or card number. */
function endsInOpenNumber({ words }: Utterance): boolean {
  const from = words.findLastIndex((word) => !isDigits(word)) + 1;
  const digits = words
    .slice(from)
    .reduce((count, word) => count + (/^\d+$/.test(word) ? word.length : 1), 0);
  if (from === words.length || digits >= 10) return false;
  const identifier = words.slice(0, from).some((word) => identifierNouns.has(word));
  return identifier ? digits < 10 : digits >= 5;
}

function isDigits(word: string): boolean {
  return /^\d+$/.test(word) || digitWords.has(word);
}

/** "If you come on Monday", "To leave the conference": what follows from it is still to come. */
function isOpenClause({ words, question }: Utterance): boolean {
  const [first = "", second = ""] = words;
  if (question) return false;
  const infinitive =
    first === "to" && !/^(the|a|an|my|your|our|his|her|me|you|him|us|them)$/.test(second);
  return words.length <= 8 && (infinitive || clauseOpeners.has(first));
}
