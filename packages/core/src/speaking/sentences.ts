import { firstCut } from "./sentences-boundary.ts";

/**
 * A splitter of the user's own: gets the text that was not spoken yet and returns it in pieces. All but
 * the last are spoken at once; the last waits for more text.
 */
export type SentenceChunker = (text: string) => string[];

export interface SentenceSplitterOptions {
  /**
   * A first sentence longer than this many characters is cut at a clause, so that speech begins
   * sooner. Default 100.
   */
  readonly firstMaxChars?: number;
  /** Text without sentence ends is cut at this many characters at most. Default 300, at least 20. */
  readonly maxChars?: number;
  /** Splits instead of the rules of this class; the limits then mean nothing. */
  readonly chunker?: SentenceChunker | undefined;
}

/**
 * Regroups a stream of tokens into sentences for speech. Together the pieces hold all of the text up
 * to white space, and how the stream was cut into tokens changes nothing.
 *
 * A piece ends after `. ! ? …` (not in numbers, abbreviations, initials, addresses and versions, nor
 * where the sentence goes on in lower case), after the full stops of Chinese, Japanese, Hindi and
 * Arabic, and at the end of a line. A Markdown code block is one piece.
 */
export class SentenceSplitter {
  readonly #firstMaxChars: number;
  readonly #maxChars: number;
  readonly #chunker: SentenceChunker | undefined;
  #pending = "";
  #isFirst = true;

  constructor({ firstMaxChars = 100, maxChars = 300, chunker }: SentenceSplitterOptions = {}) {
    this.#maxChars = Math.max(20, maxChars);
    this.#firstMaxChars = Math.min(firstMaxChars, this.#maxChars);
    this.#chunker = chunker;
  }

  /** @returns the sentences that are complete now, trimmed, none of them empty */
  push(text: string): string[] {
    this.#pending += text;
    return this.#chunker ? this.#cutWith(this.#chunker) : this.#cut(false);
  }

  /** The rest. Afterwards the splitter is as new. */
  flush(): string[] {
    const pieces = this.#chunker ? [] : this.#cut(true);
    const rest = this.#pending.trim();
    this.#pending = "";
    this.#isFirst = true;
    return rest ? [...pieces, rest] : pieces;
  }

  #cut(ended: boolean): string[] {
    const pieces: string[] = [];
    for (;;) {
      this.#pending = this.#pending.trimStart();
      const clauseAfter = this.#isFirst ? this.#firstMaxChars : Number.POSITIVE_INFINITY;
      const end = firstCut(this.#pending, { clauseAfter, max: this.#maxChars }, ended);
      if (end === undefined) return pieces;
      pieces.push(this.#pending.slice(0, end).trimEnd());
      this.#pending = this.#pending.slice(end);
      this.#isFirst = false;
    }
  }

  #cutWith(chunker: SentenceChunker): string[] {
    const pieces = chunker(this.#pending);
    this.#pending = pieces.at(-1) ?? this.#pending;
    return pieces
      .slice(0, -1)
      .map((piece) => piece.trim())
      .filter(Boolean);
  }
}
