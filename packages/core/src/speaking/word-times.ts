import { levelMs } from "./sound-levels.ts";

/** A word's place in a text and in its sound. */
export interface SpokenWord {
  /** Characters of the text up to the end of the word. */
  readonly end: number;
  /** When the word has been said, from the start of the sound. */
  readonly endMs: number;
}

/** A silence of at least this long inside a sentence is a pause, not the stop of a consonant. */
const pauseSteps = 8;
/** A mark in the text is taken to be a pause only where the sound has one this near. */
const nearMs = 450;

interface Pause {
  /** Sound, without silences, before it. */
  readonly soundMs: number;
  /** Where it begins. */
  readonly atMs: number;
}

/**
 * When each word of a sentence has been said, as far as its sound tells: words take sound by how long
 * they are to say, silence belongs to none, and the pauses of the sound are where the text has marks.
 *
 * @param sounding which steps of 10 ms sound
 * @param restMs sound that is still to come
 */
export function estimateWords(
  text: string,
  sounding: readonly boolean[],
  restMs = 0,
): SpokenWord[] {
  const words = [...text.matchAll(/\S+/gu)].map((match) => ({
    end: match.index + match[0].length,
    weight: weightOf(match[0]),
    pauses: /[,;:.!?…—–)"”、。，；：！？-]$/u.test(match[0]),
  }));
  const totalMs = sounding.filter(Boolean).length * levelMs + restMs;
  const total = words.reduce((sum, { weight }) => sum + weight, 0);
  const pauses = pausesOf(sounding);
  let said = 0;
  let anchor = { said: 0, soundMs: 0 };
  let next = 0;
  const anchors: { said: number; soundMs: number; atMs?: number }[] = [{ said: 0, soundMs: 0 }];
  for (const word of words.slice(0, -1)) {
    said += word.weight;
    if (!word.pauses) continue;
    const share = (said - anchor.said) / (total - anchor.said);
    const expectedMs = anchor.soundMs + share * (totalMs - anchor.soundMs);
    const found = nearest(pauses.slice(next), expectedMs);
    if (!found) continue;
    next = pauses.indexOf(found) + 1;
    anchor = { said, soundMs: found.soundMs };
    anchors.push({ ...anchor, atMs: found.atMs });
  }
  anchors.push({ said: total, soundMs: totalMs });
  return placed(words, anchors, sounding);
}

function placed(
  words: readonly { readonly end: number; readonly weight: number }[],
  anchors: readonly { readonly said: number; readonly soundMs: number; readonly atMs?: number }[],
  sounding: readonly boolean[],
): SpokenWord[] {
  let said = 0;
  let at = 0;
  return words.map(({ end, weight }) => {
    said += weight;
    while (at < anchors.length - 2 && (anchors[at + 1]?.said ?? 0) < said) at += 1;
    const from = anchors[at] ?? { said: 0, soundMs: 0 };
    const to = anchors[at + 1] ?? from;
    if (to.said === said && to.atMs !== undefined) return { end, endMs: to.atMs };
    const share = to.said === from.said ? 1 : (said - from.said) / (to.said - from.said);
    return { end, endMs: timeOf(from.soundMs + share * (to.soundMs - from.soundMs), sounding) };
  });
}

/** When so much sound, silences not counted, has been played. */
function timeOf(soundMs: number, sounding: readonly boolean[]): number {
  let left = soundMs;
  for (const [step, sounds] of sounding.entries()) {
    if (sounds) left -= levelMs;
    if (left <= 0) return (step + 1) * levelMs;
  }
  return sounding.length * levelMs + left;
}

function pausesOf(sounding: readonly boolean[]): Pause[] {
  const pauses: Pause[] = [];
  let sounded = 0;
  let silent = 0;
  for (const [step, sounds] of sounding.entries()) {
    if (!sounds) {
      silent += 1;
      continue;
    }
    if (silent >= pauseSteps && sounded > 0) {
      pauses.push({ soundMs: sounded * levelMs, atMs: (step - silent) * levelMs });
    }
    silent = 0;
    sounded += 1;
  }
  return pauses;
}

function nearest(pauses: readonly Pause[], soundMs: number): Pause | undefined {
  const distance = (pause: Pause): number => Math.abs(pause.soundMs - soundMs);
  const [best] = [...pauses].sort((a, b) => distance(a) - distance(b));
  return best && distance(best) <= nearMs ? best : undefined;
}

/** About how long a word is to say, in letters of English. */
function weightOf(word: string): number {
  const spelled = /^\p{Lu}{2,5}\W*$/u.test(word) ? 2 : 0; // "API" is three names of letters
  let weight = 0.6;
  for (const character of word) {
    if (/\d/u.test(character)) weight += 3.5;
    else if (
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(character)
    ) {
      weight += 2.5;
    } else if (/[aeiouyáéíóúäöüàèìòùâêîôû]/iu.test(character)) weight += 1.2 + spelled;
    else if (/\p{L}/u.test(character)) weight += 0.9 + spelled;
    else if (/[%$€£&+=@/]/u.test(character)) weight += 5;
  }
  return weight;
}
