import { cutPiece, firstPiece, laterPiece } from "./clauses.ts";
import type { TextFrontEnd } from "./text/front-end.ts";

/** What the acoustic model speaks in one run. */
export interface Piece {
  readonly ids: readonly number[];
  /** Silence after it, in milliseconds, as far as the model gives that much. */
  readonly pauseMs: number;
}

const sentencePauseMs = 300;
const clausePauseMs = 100;

/** What has no letter in it is marks alone, which the model would breathe at. */
const sound = /\p{L}/u;

/**
 * Text as the pieces to speak, each made when it is asked for: sentences, of which long ones are cut
 * at clauses, the first one early so that speech starts soon.
 */
export async function* pieces(frontEnd: TextFrontEnd, text: string): AsyncGenerator<Piece> {
  let limits = firstPiece;
  for await (const sentence of frontEnd.sentences(text)) {
    if (!sound.test(sentence.phonemes)) continue;
    let rest: string | undefined = sentence.phonemes;
    while (rest !== undefined) {
      const [head, tail]: readonly [string, string?] = cutPiece(rest, limits);
      limits = laterPiece;
      yield {
        ids: head === sentence.phonemes ? sentence.ids : frontEnd.ids(head),
        pauseMs: tail === undefined ? sentencePauseMs : clausePauseMs,
      };
      rest = tail;
    }
  }
}
