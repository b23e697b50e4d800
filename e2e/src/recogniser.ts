import { encodeWav, microphoneFormat, type Pcm } from "@metered/llmrtc-core";
import { EmbeddedSTTProvider } from "@metered/llmrtc-provider-embedded";

/** Writes down what was heard, to compare with what should have been said. */
export class Recogniser {
  readonly #stt = new EmbeddedSTTProvider();

  /** @param pcm 16 kHz mono */
  async words(pcm: Pcm): Promise<string[]> {
    const { text } = await this.#stt.transcribe(encodeWav(pcm, microphoneFormat));
    return wordsOf(text);
  }

  close(): Promise<void> {
    return this.#stt.close();
  }
}

/** Words in lower case, without punctuation. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}

/** How much of `expected` was heard, 0 to 1: each word counts as often as it was said. */
export function shareHeard(expected: readonly string[], heard: readonly string[]): number {
  const left = [...heard];
  const found = expected.filter((word) => {
    const index = left.indexOf(word);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
  return expected.length === 0 ? 1 : found.length / expected.length;
}
