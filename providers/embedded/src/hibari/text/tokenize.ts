import { prefixLength, splitAtInfixes, suffixLength } from "./affixes.ts";

/** A word or mark as the tagger wants to see it. */
export interface Token {
  readonly text: string;
  /** Whether a blank follows. */
  readonly spaced: boolean;
}

/** Chunks that are cut in a way of their own: `can't` → `ca`, `n't`; from `tokenizer_exceptions.json`. */
export class SpecialCases {
  readonly #cases: ReadonlyMap<string, readonly string[]>;
  readonly #longest: number;

  constructor(table: Readonly<Record<string, readonly string[]>>) {
    this.#cases = new Map(Object.entries(table));
    this.#longest = Math.max(0, ...[...this.#cases.keys()].map((chunk) => chunk.length));
  }

  get(chunk: string): readonly string[] | undefined {
    // A Map would hash a chunk of any length each time that a mark is peeled off it.
    return chunk.length > this.#longest ? undefined : this.#cases.get(chunk);
  }
}

/** Cuts text into words and marks as spaCy's English tokenizer does. */
export function tokenize(text: string, special: SpecialCases): Token[] {
  const chunks = text.split(" ");
  return chunks.flatMap((chunk, i) => {
    if (chunk === "") return [];
    const pieces = splitChunk(chunk, special);
    const spaceFollows = i < chunks.length - 1;
    return pieces.map((piece, j) => ({
      text: piece,
      spaced: spaceFollows && j === pieces.length - 1,
    }));
  });
}

const webAddress = new RegExp(
  [
    String.raw`^(?:(?:https?|ftp)://|www\.)\S+$`,
    String.raw`^[\p{L}\p{N}_.+-]+@[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+$`,
    String.raw`^(?:[\p{L}\p{N}_-]+\.)+(?:com|org|net|edu|gov|io|co|uk|de|fr|info|biz|us|ca|au|tv|me|ly|ai)(?:/\S*)?$`,
  ].join("|"),
  "iu",
);

function splitChunk(chunk: string, special: SpecialCases): readonly string[] {
  const known = special.get(chunk);
  if (known !== undefined) return known;
  const { before, middle, after } = peel(chunk, special);
  const pieces = [...before, ...splitMiddle(middle, special), ...after];
  return pieces.length > 1 ? rejoin(pieces, special) : pieces;
}

interface Peeled {
  readonly before: readonly string[];
  readonly middle: string;
  readonly after: readonly string[];
}

/** Takes marks off both ends until a special case, or a middle without any, is left. */
function peel(chunk: string, special: SpecialCases): Peeled {
  const before: string[] = [];
  const after: string[] = [];
  let middle = chunk;
  for (;;) {
    if (middle === "" || special.get(middle) !== undefined) break;
    const ahead = prefixLength(middle);
    const behind = suffixLength(middle.slice(ahead));
    if (ahead === 0 && behind === 0) break;
    const prefix = middle.slice(0, ahead);
    const withoutPrefix = middle.slice(ahead);
    if (ahead > 0 && special.get(withoutPrefix) !== undefined) {
      before.push(prefix);
      middle = withoutPrefix;
      break;
    }
    const end = middle.length - behind;
    const suffix = middle.slice(end);
    const withoutSuffix = middle.slice(0, end);
    if (behind > 0 && special.get(withoutSuffix) !== undefined) {
      after.push(suffix);
      middle = withoutSuffix;
      break;
    }
    if (ahead > 0) before.push(prefix);
    if (behind > 0) after.push(suffix);
    middle = middle.slice(ahead, end);
  }
  return { before, middle, after: after.reverse() };
}

function splitMiddle(middle: string, special: SpecialCases): readonly string[] {
  if (middle === "") return [];
  return special.get(middle) ?? (webAddress.test(middle) ? [middle] : splitAtInfixes(middle));
}

/** Neighbours that together spell a special case become it: `Sept` `.` → `Sept.`. */
function rejoin(pieces: readonly string[], special: SpecialCases): string[] {
  const joined: string[] = [];
  for (let i = 0; i < pieces.length;) {
    const width = [3, 2].find(
      (n) => i + n <= pieces.length && special.get(pieces.slice(i, i + n).join("")) !== undefined,
    );
    const text = pieces.slice(i, i + (width ?? 1)).join("");
    joined.push(...((width === undefined ? undefined : special.get(text)) ?? [text]));
    i += width ?? 1;
  }
  return joined;
}
