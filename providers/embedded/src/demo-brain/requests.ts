import { readNumber } from "./number-words.ts";
import { when, whenMatch, type Rule } from "./rules.ts";

const longestSpelling = 30;
const longestCount = 30;

/** Wishes about the talking itself: say it again, spell it, count. */
export const requestRules: readonly Rule[] = [
  whenMatch(
    /^(?:what$|what did you (?:just )?say|what was that|(?:can |could |would )?(?:you )?(?:please )?(?:repeat|say)(?: that| it| this)?(?: again| one more time| once more)?$|say (?:that|it) again|(?:i )?(?:beg your )?pardon|come again|(?:one more time|once more|again)$|i did not (?:hear|get|understand|catch) (?:you|that|it)|i (?:can|could) not hear you)/,
    ({ replies, plain }) => {
      const last = replies.at(-1);
      if (last === undefined) return "I have not said anything yet. Ask me something.";
      return plain.includes("hear you") ? `I said: ${last} Please check your speaker, too.` : last;
    },
  ),
  whenMatch(
    /\b(?:spell|spelling of|how (?:do|would) you (?:spell|write))(?: the word| me| out| for me)? (.{1,80})$/,
    ({ notes }, [, words = ""]) => {
      const wanted = /^my name$/.test(words) && notes.name !== undefined ? notes.name : words;
      const letters = (wanted.match(/[\p{L}\p{N}]/gu) ?? []).slice(0, longestSpelling);
      if (letters.length === 0) return undefined;
      return `${capital(wanted)} is spelled ${letters.map((letter) => letter.toUpperCase()).join(", ")}.`;
    },
  ),
  whenMatch(
    /\bcount (?:down )?(?:from (\S+(?: \S+)?) )?(?:up |down )?(?:to|at|till|until) (\S+(?: \S+)?)/,
    (scene, [, first, second = ""]) => {
      const from = first === undefined ? undefined : readNumber(first.split(" "), 0)?.value;
      const to = readNumber(second.split(" "), 0)?.value;
      if (to === undefined) return undefined;
      return count(from ?? (to < 1 ? longestCount : 1), to);
    },
  ),
  whenMatch(/\bcount (?:down|backwards)(?: from (\S+(?: \S+)?))?/, (_, [, first]) => {
    const from = first === undefined ? 10 : readNumber(first.split(" "), 0)?.value;
    return from === undefined ? undefined : count(from, 0);
  }),
  whenMatch(/\b(?:the )?alphabet\b|\babc\b/, () => {
    return "A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z.";
  }),
  whenMatch(
    /^(?:please )?(?:say|repeat after me|repeat) (?!that\b|it\b|what\b|my\b)(.{1,150})$/,
    ({ said }, [, plain = ""]) => {
      const start = said.toLowerCase().indexOf(plain.slice(0, 3));
      const words = start >= 0 ? said.slice(start) : plain;
      return `${capital(words.replace(/[\s.,!?"']+$/, ""))}.`;
    },
  ),
  whenMatch(
    /\bhow many (letters|words)\b.{0,20}\b(?:in|does|has) (?:the (?:word|name) )?(.{1,60}?)(?: have)?$/,
    (_, [, what, text = ""]) => {
      if (what === "words") return undefined;
      const letters = text.replace(/[^\p{L}]/gu, "").length;
      return `${capital(text)} has ${letters} ${letters === 1 ? "letter" : "letters"}.`;
    },
  ),
  when(
    /\b(?:louder|speak up|turn (?:it|the volume) up|too quiet|volume up|can not hear)\b/,
    "I cannot turn my own volume up. Please use the volume of your device.",
  ),
  when(
    /\b(?:quieter|softer|too loud|turn (?:it|the volume) down|volume down|be quiet|whisper please)\b/,
    "I cannot turn my own volume down. Please use the volume of your device.",
  ),
  when(
    /\b(?:slower|slow down|too fast|more slowly)\b/,
    "My pace is fixed in this demo. Say, repeat that, and I will say it again.",
  ),
  when(
    /\b(?:faster|speed up|too slow|hurry)\b/,
    "My pace is fixed in this demo. You can interrupt me at any time.",
  ),
  when(
    /^(?:stop|stop it|stop talking|be quiet|quiet|silence|enough|cancel|wait|hold on|(?:just )?(?:a|one) (?:moment|second|minute)|hang on)$/,
    "Okay.",
    "All right, I am listening.",
  ),
];

function count(from: number, to: number): string | undefined {
  if (!Number.isInteger(from) || !Number.isInteger(to)) return undefined;
  if (Math.abs(to - from) > longestCount) {
    return `That would take long. I count up to ${longestCount} numbers.`;
  }
  const step = from <= to ? 1 : -1;
  const numbers: number[] = [];
  for (let number = from; number !== to + step; number += step) numbers.push(number);
  return `${numbers.join(", ")}.`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
