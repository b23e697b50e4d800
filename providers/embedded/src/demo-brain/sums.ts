import { numberToken, prefix, runs, type Token } from "./sum-tokens.ts";
import { Sum, type Outcome } from "./sum-value.ts";

/** Words of a sentence that are looked at. */
const longestSum = 80;

/**
 * Works out the sum in a sentence, e.g. `what is twelve times seven`.
 *
 * @param plain words as `plainWords` gives them
 * @param before the result that "that", "it" or a leading operator goes on from
 * @returns undefined when the sentence holds no sum
 */
export function workOut(plain: string, before?: number): Outcome | undefined {
  const words = rephrase(plain).split(" ").slice(0, longestSum);
  for (const run of runs(words, before)) {
    for (let start = 0; start + 1 < run.tokens.length; start++) {
      const atStart = start === 0 && run.at === 0;
      const outcome = new Sum(goOn(run.tokens.slice(start), before, atStart)).outcome();
      if (outcome) return outcome;
    }
  }
  return undefined;
}

/** Turns "subtract 3 from 10" and the like into "10 minus 3". */
function rephrase(plain: string): string {
  return plain
    .replace(
      /^(?:and |now |so )?(?:what (?:is|are|does|about)|how (?:much|many) (?:is|are)|how about|calculate|compute|work out|solve) /,
      "",
    )
    .replace(/^(?:and|now|then) /, "")
    .replace(/\b(?:add|the sum of|sum of) (.{1,60}?) (?:and|to) (?=\S)/, "$1 plus ")
    .replace(/\b(?:subtract|take) (.{1,60}?) from (.{1,60})$/, "$2 minus $1")
    .replace(/\b(?:the )?difference (?:between|of) (.{1,60}?) and (?=\S)/, "$1 minus ")
    .replace(
      /\b(?:multiply|the product of|product of) (.{1,60}?) (?:by|and|with) (?=\S)/,
      "$1 times ",
    )
    .replace(/\bdivide (.{1,60}?) by (?=\S)/, "$1 divided by ")
    .replace(/^(?:add|plus) (?=\S)/, "plus ")
    .replace(/^subtract (?=\S)/, "minus ")
    .replace(/^multiply by (?=\S)/, "times ")
    .replace(/^divide by (?=\S)/, "divided by ");
}

/** "plus ten" goes on from the result before; "minus ten" alone is a negative number. */
function goOn(
  run: readonly Token[],
  before: number | undefined,
  atStart: boolean,
): readonly Token[] {
  const [first, ...rest] = run;
  if (first?.type !== "operator") return run;
  if (atStart && before !== undefined) return [numberToken(before), ...run];
  return first.sign === "-" ? [prefix("negative", "minus"), ...rest] : run;
}
