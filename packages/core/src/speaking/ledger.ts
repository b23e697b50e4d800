import type { Pcm } from "../audio/pcm.ts";
import { SoundLevels } from "./sound-levels.ts";
import { estimateWords, type SpokenWord } from "./word-times.ts";

/** One spoken sentence: its words and its sound so far. */
interface Spoken {
  readonly text: string;
  readonly levels: SoundLevels;
  /** As the voice gives them; empty when it does not. */
  readonly words: SpokenWord[];
  /** All of its sound is known. */
  whole: boolean;
}

/**
 * Remembers what was said aloud, so that after an interruption the history holds what the caller has
 * heard. Words are placed by the voice's own times where it gives them, else by an estimate from the
 * sentence's sound.
 */
export class SpokenLedger {
  readonly #sentences: Spoken[] = [];
  #finished = false;

  sentence(text: string): void {
    this.end();
    this.#sentences.push({ text, levels: new SoundLevels(), words: [], whole: false });
  }

  /** Sound of the last sentence: 24 kHz mono. */
  audio(pcm: Pcm): void {
    this.#sentences.at(-1)?.levels.push(pcm);
  }

  /** The voice tells when words of the last sentence have been said; in order, in any portions. */
  words(words: readonly SpokenWord[]): void {
    this.#sentences.at(-1)?.words.push(...words);
  }

  /** All sound so far. */
  get totalMs(): number {
    return this.#sentences.reduce((sum, { levels }) => sum + levels.length, 0);
  }

  /** The sound of the last sentence is complete. */
  end(): void {
    const last = this.#sentences.at(-1);
    if (last) last.whole = true;
  }

  /** No more sentences come. */
  finish(): void {
    this.end();
    this.#finished = true;
  }

  /** Whether all of the sound is known. */
  get finished(): boolean {
    return this.#finished;
  }

  /** @param playedMs how much of the reply's sound has been played */
  heard(playedMs: number): string {
    const parts: string[] = [];
    let left = playedMs;
    for (const spoken of this.#sentences) {
      const { length } = spoken.levels;
      if (left <= 0 || length === 0) break;
      parts.push(left >= length && spoken.whole ? spoken.text : firstWords(spoken, left));
      left -= length;
    }
    return parts.filter(Boolean).join(" ");
  }
}

/** Average speaking rate, for a sentence whose sound is not complete yet. */
const msPerCharacter = 60;
/** The last of a word's sound is hardly missed, and steps are rounded: what lacks no more was heard. */
const graceMs = 80;

function firstWords({ text, levels, words, whole }: Spoken, playedMs: number): string {
  const { sounding } = levels;
  const restMs = whole ? 0 : Math.max(0, text.length * msPerCharacter - levels.length);
  const placed = words.length > 0 ? words : estimateWords(text, sounding, restMs);
  const last = placed.findLast(({ endMs }) => endMs <= playedMs + graceMs);
  return text.slice(0, last?.end ?? 0).trim();
}
