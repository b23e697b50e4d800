/** One spoken sentence: its words and how much of its sound was handed to playout so far. */
interface Spoken {
  readonly text: string;
  audioMs: number;
  /** All of its sound is known, so `audioMs` is its length. */
  whole: boolean;
}

/**
 * Remembers what was said aloud, so that after an interruption the history holds what the caller can
 * have heard. An estimate: words are taken to be spread evenly over their sentence's sound.
 */
export class SpokenLedger {
  readonly #sentences: Spoken[] = [];

  sentence(text: string): void {
    const last = this.#sentences.at(-1);
    if (last) last.whole = true;
    this.#sentences.push({ text, audioMs: 0, whole: false });
  }

  audio(ms: number): void {
    const last = this.#sentences.at(-1);
    if (last) last.audioMs += ms;
  }

  /** All sound so far. */
  get totalMs(): number {
    return this.#sentences.reduce((sum, { audioMs }) => sum + audioMs, 0);
  }

  /** No more sound comes. */
  end(): void {
    const last = this.#sentences.at(-1);
    if (last) last.whole = true;
  }

  /** @param playedMs how much of the reply's sound has been played */
  heard(playedMs: number): string {
    const parts: string[] = [];
    let left = playedMs;
    for (const { text, audioMs, whole } of this.#sentences) {
      if (left <= 0 || audioMs === 0) break;
      parts.push(left >= audioMs && whole ? text : firstWords(text, left, audioMs, whole));
      left -= audioMs;
    }
    return parts.filter(Boolean).join(" ");
  }
}

/** Average speaking rate, for a sentence whose sound is not complete yet. */
const msPerCharacter = 65;

function firstWords(text: string, playedMs: number, audioMs: number, whole: boolean): string {
  const totalMs = whole ? audioMs : Math.max(audioMs, text.length * msPerCharacter);
  const words = text.split(/\s+/u);
  const reach = (text.length * playedMs) / totalMs;
  let end = 0;
  const heard = words.filter((word) => {
    end += word.length + 1;
    return end - 1 <= reach;
  });
  return heard.join(" ");
}
