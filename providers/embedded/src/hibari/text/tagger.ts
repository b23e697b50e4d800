import { isLetters, isLowerCase, isUpperCase } from "./characters.ts";
import type { JsonTable } from "./json-table.ts";

const start = ["-START2-", "-START-"] as const;
const end = ["-END-", "-END2-"] as const;
const fallback = "NN";
/** At 400 bytes each. */
const mostUnpacked = 1000;

/** Names the part of speech of each word (Penn Treebank tags), so that "read" and "live" can be told apart. */
export class Tagger {
  readonly #tags: readonly string[];
  /** Words with one dominant tag. */
  readonly #settled: JsonTable;
  /** Words frequent enough to have weights of their own. */
  readonly #vocabulary: JsonTable;
  /** Feature → tag → weight, of an averaged perceptron. */
  readonly #weights: JsonTable;
  /** Weights in the order of `#tags`: of the features that were seen first, the frequent ones. */
  readonly #unpacked = new Map<string, Float64Array>();

  /** @param model the object of `tagger.json.gz` */
  constructor(model: JsonTable) {
    this.#tags = [...(model.get("tags") as string[])].sort();
    this.#settled = model.table("tagdict");
    this.#vocabulary = model.table("vocab");
    this.#weights = model.table("weights");
  }

  tag(words: readonly string[]): string[] {
    const seen = [...start, ...words.map((word) => this.#asSeen(word)), ...end];
    const tags: string[] = [...start];
    words.forEach((word, i) => {
      const settled = this.#settled.get(word) as string | undefined;
      tags.push(settled ?? this.#predict(features(word, i, seen, tags)));
    });
    return tags.slice(start.length);
  }

  /** Rare words are seen as their shape only. */
  #asSeen(word: string): string {
    const folded = fold(word);
    return this.#vocabulary.has(folded) ? folded : `<${shape(word)}>`;
  }

  #predict(features: readonly string[]): string {
    const scores = new Float64Array(this.#tags.length);
    let known = false;
    for (const feature of features) {
      const weights = this.#unpacked.get(feature) ?? this.#unpack(feature);
      if (weights === undefined) continue;
      known = true;
      for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] ?? 0) + (weights[i] ?? 0);
    }
    // Of equal scores the tag that comes last by name wins.
    return known ? (this.#tags[scores.lastIndexOf(Math.max(...scores))] ?? fallback) : fallback;
  }

  #unpack(feature: string): Float64Array | undefined {
    const byTag = this.#weights.get(feature) as Readonly<Record<string, number>> | undefined;
    if (byTag === undefined) return undefined;
    const weights = Float64Array.from(this.#tags, (tag) => byTag[tag] ?? 0);
    if (this.#unpacked.size < mostUnpacked) this.#unpacked.set(feature, weights);
    return weights;
  }
}

function features(
  word: string,
  i: number,
  seen: readonly string[],
  tags: readonly string[],
): string[] {
  const at = (offset: number) => seen[i + start.length + offset] ?? "";
  const [beforeLast = "", last = ""] = tags.slice(i);
  return [
    "b",
    `s3=${lastThree(word)}`,
    `p1=${firstOf(word)}`,
    `w=${at(0)}`,
    `sh=${shape(word)}`,
    i === 0 ? "i0" : "i+",
    `t-1=${last}`,
    `t-2=${beforeLast}`,
    `t-12=${last},${beforeLast}`,
    `w-1=${at(-1)}`,
    `s3-1=${lastThree(at(-1))}`,
    `w-2=${at(-2)}`,
    `w+1=${at(1)}`,
    `s3+1=${lastThree(at(1))}`,
    `w+2=${at(2)}`,
  ];
}

function firstOf(word: string): string {
  const [first = ""] = word;
  return first;
}

function lastThree(word: string): string {
  return Array.from(word.slice(-6)).slice(-3).join("");
}

function fold(word: string): string {
  if (word.indexOf("-") > 0) return "!HYPHEN";
  if (/^\p{Nd}{4}$/u.test(word)) return "!YEAR";
  if (/^\p{Nd}/u.test(word)) return "!DIGITS";
  return word.toLowerCase();
}

/** `Xx` for "Hello", `XX` for "NASA", `d` for "12", `d.d` for "1.5". */
function shape(word: string): string {
  if (isLetters(word)) {
    const first = firstOf(word);
    const rest = word.slice(first.length);
    if (isLowerCase(word) && !isUpperCase(word)) return "x";
    if (isUpperCase(word) && !isLowerCase(word)) return rest === "" ? "X1" : "XX";
    const capitalized = isUpperCase(first) && !isLowerCase(first);
    return capitalized && isLowerCase(rest) && !isUpperCase(rest) ? "Xx" : "xX";
  }
  if (/^\p{Nd}+$/u.test(word)) return "d";
  return Array.from(word.slice(0, 8), shapeOf).slice(0, 4).join("");
}

function shapeOf(character: string): string {
  if (/\p{Nd}/u.test(character)) return "d";
  return /\p{L}/u.test(character) ? "x" : character;
}
