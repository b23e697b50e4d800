import { numberInWords, readNumber } from "./number-words.ts";

/** What a sum comes to, or why it has no answer. */
export type Outcome =
  | { readonly type: "value"; readonly value: number; readonly spoken: string }
  | { readonly type: "division-by-zero" }
  | { readonly type: "root-of-negative" }
  | { readonly type: "too-big" };

type Token =
  | { readonly type: "number"; readonly value: number; readonly spoken: string }
  | { readonly type: "operator"; readonly sign: Sign; readonly spoken: string }
  | { readonly type: "prefix"; readonly work: Prefix; readonly spoken: string }
  | { readonly type: "postfix"; readonly work: Postfix; readonly spoken: string };

type Sign = "+" | "-" | "*" | "/" | "^" | "mod" | "of" | "off";
type Prefix = "root" | "cube-root" | "double" | "triple" | "negative";
type Postfix = "squared" | "cubed" | "percent" | "factorial";

/** Longest phrases first, so that "divided by" is found before "by" could be. */
const phrases: readonly (readonly [string, Token])[] = [
  ["to the power of", operator("^", "to the power of")],
  ["raised to", operator("^", "to the power of")],
  ["the square root of", prefix("root", "the square root of")],
  ["square root of", prefix("root", "the square root of")],
  ["square root", prefix("root", "the square root of")],
  ["the cube root of", prefix("cube-root", "the cube root of")],
  ["cube root of", prefix("cube-root", "the cube root of")],
  ["multiplied by", operator("*", "times")],
  ["times", operator("*", "times")],
  ["x", operator("*", "times")],
  ["divided by", operator("/", "divided by")],
  ["over", operator("/", "divided by")],
  ["plus", operator("+", "plus")],
  ["added to", operator("+", "plus")],
  ["minus", operator("-", "minus")],
  ["take away", operator("-", "minus")],
  ["less", operator("-", "minus")],
  ["modulo", operator("mod", "modulo")],
  ["mod", operator("mod", "modulo")],
  ["per cent", postfix("percent", "percent")],
  ["percent", postfix("percent", "percent")],
  ["percents", postfix("percent", "percent")],
  ["squared", postfix("squared", "squared")],
  ["cubed", postfix("cubed", "cubed")],
  ["factorial", postfix("factorial", "factorial")],
  ["of", operator("of", "of")],
  ["off", operator("off", "off")],
  ["double", prefix("double", "twice")],
  ["twice", prefix("double", "twice")],
  ["triple", prefix("triple", "three times")],
];

/** The phrases that start with a word. */
const phrasesBy = new Map<string, (readonly [string, Token])[]>();
for (const entry of phrases) {
  const first = entry[0].replace(/ .*/, "");
  phrasesBy.set(first, [...(phrasesBy.get(first) ?? []), entry]);
}

const fractions: Readonly<Record<string, number>> = Object.fromEntries([
  ...["half", "halves"].map((word) => [word, 2] as const),
  ...[
    "third",
    "quarter",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "hundredth",
  ].flatMap((word, index) => {
    const parts = word === "hundredth" ? 100 : index + 3;
    return [
      [word, parts],
      [`${word}s`, parts],
    ] as const;
  }),
]);

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

/** The stretches of words that could be sums, and the place of each one's first word. */
function runs(
  words: readonly string[],
  before: number | undefined,
): { readonly at: number; readonly tokens: readonly Token[] }[] {
  const found: { at: number; tokens: Token[] }[] = [];
  let run: { at: number; tokens: Token[] } | undefined;
  for (let at = 0; at < words.length;) {
    const token = tokenAt(words, at, before);
    if (token && !run) found.push((run = { at, tokens: [] }));
    if (token) run?.tokens.push(token.token);
    else run = undefined;
    at = token?.next ?? at + 1;
  }
  return found;
}

function tokenAt(
  words: readonly string[],
  at: number,
  before: number | undefined,
): { token: Token; next: number } | undefined {
  const fraction = fractionAt(words, at);
  if (fraction) return fraction;
  const number = readNumber(words, at);
  if (number) return { token: numberToken(number.value), next: number.next };
  const word = words[at] ?? "";
  for (const [phrase, token] of phrasesBy.get(word) ?? []) {
    const length = phrase.split(" ").length;
    if (words.slice(at, at + length).join(" ") === phrase) return { token, next: at + length };
  }
  if (before !== undefined && (word === "that" || word === "it" || word === "this")) {
    return { token: numberToken(before), next: at + 1 };
  }
  return undefined;
}

/** "half", "a third", "two thirds", "three quarters". */
function fractionAt(
  words: readonly string[],
  at: number,
): { token: Token; next: number } | undefined {
  const mixed = mixedNumberAt(words, at);
  if (mixed) return mixed;
  const article = words[at] === "a" || words[at] === "one" ? 1 : 0;
  const count = article ? undefined : readNumber(words, at);
  const place = count?.next ?? at + article;
  const name = words[place];
  const parts = name !== undefined && Object.hasOwn(fractions, name) ? fractions[name] : undefined;
  if (parts === undefined || name === undefined) return undefined;
  const top = count?.value ?? 1;
  const spoken = `${top === 1 ? (parts === 2 ? "" : "a ") : `${numberInWords(top)} `}${name}`;
  return { token: { type: "number", value: top / parts, spoken }, next: place + 1 };
}

/** "two and a half", "three and three quarters". */
function mixedNumberAt(
  words: readonly string[],
  at: number,
): { token: Token; next: number } | undefined {
  const whole = readNumber(words, at);
  if (!whole || words[whole.next] !== "and") return undefined;
  const part = fractionAt(words, whole.next + 1);
  if (part?.token.type !== "number" || part.token.value >= 1) return undefined;
  return { token: numberToken(whole.value + part.token.value), next: part.next };
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

/** One sum, worked out by recursive descent: + and -, then times and divided by, then powers. */
class Sum {
  readonly #tokens: readonly Token[];
  #at = 0;
  #worked = 0;
  #trouble: Exclude<Outcome, { type: "value" }> | undefined;

  constructor(run: readonly Token[]) {
    this.#tokens = run;
  }

  outcome(): Outcome | undefined {
    const value = this.#additions();
    if (value === undefined || this.#worked === 0) return undefined;
    if (this.#trouble) return this.#trouble;
    if (!Number.isFinite(value)) return { type: "too-big" };
    const spoken = this.#tokens
      .slice(0, this.#at)
      .map((token) => token.spoken)
      .join(" ");
    return { type: "value", value, spoken };
  }

  #additions(): number | undefined {
    let left = this.#products();
    for (let sign = this.#take("+", "-"); sign && left !== undefined; sign = this.#take("+", "-")) {
      const start = this.#at;
      const right = this.#products();
      if (right === undefined) return undefined;
      // "80 plus 10 percent" means ten percent of the 80.
      const share = this.#isPercentage(start) ? left * right : right;
      left = sign === "+" ? left + share : left - share;
    }
    return left;
  }

  #products(): number | undefined {
    let left = this.#powers();
    const signs = ["*", "/", "mod", "of", "off"] as const;
    for (let sign = this.#take(...signs); sign && left !== undefined; sign = this.#take(...signs)) {
      const ofWhat = this.#tokens[this.#at - 2];
      const right = this.#powers();
      if (right === undefined || (sign === "of" && !isShare(ofWhat))) return undefined;
      if ((sign === "/" || sign === "mod") && right === 0) {
        this.#trouble ??= { type: "division-by-zero" };
      }
      if (sign === "/") left = left / right;
      else if (sign === "mod") left = left % right;
      else if (sign === "off") left = right * (1 - left);
      else left = left * right;
    }
    return left;
  }

  #powers(): number | undefined {
    const base = this.#factor();
    if (base === undefined || !this.#take("^")) return base;
    const exponent = this.#powers();
    return exponent === undefined ? undefined : base ** exponent;
  }

  #factor(): number | undefined {
    const token = this.#tokens[this.#at];
    if (token?.type === "operator" && token.sign === "-") {
      this.#at++;
      const negated = this.#factor();
      return negated === undefined ? undefined : -negated;
    }
    if (token?.type === "prefix") {
      this.#at++;
      if (token.work !== "negative") this.#worked++;
      const of = this.#tokens[this.#at];
      if (of?.type === "operator" && of.sign === "of") this.#at++;
      const operand = this.#factor();
      return operand === undefined ? undefined : this.#prefixed(token.work, operand);
    }
    if (token?.type !== "number") return undefined;
    this.#at++;
    return this.#postfixed(token.value);
  }

  #prefixed(work: Prefix, operand: number): number {
    if (work === "root" && operand < 0) this.#trouble ??= { type: "root-of-negative" };
    if (work === "root") return Math.sqrt(operand);
    if (work === "cube-root") return Math.cbrt(operand);
    if (work === "double") return operand * 2;
    if (work === "triple") return operand * 3;
    return -operand;
  }

  #postfixed(operand: number): number {
    let value = operand;
    for (let token = this.#tokens[this.#at]; token?.type === "postfix";) {
      this.#at++;
      if (token.work !== "percent") this.#worked++;
      if (token.work === "squared") value = value ** 2;
      else if (token.work === "cubed") value = value ** 3;
      else if (token.work === "percent") value = value / 100;
      else value = factorial(value);
      token = this.#tokens[this.#at];
    }
    return value;
  }

  #isPercentage(start: number): boolean {
    const [number, percent] = this.#tokens.slice(start, this.#at);
    return (
      this.#at === start + 2 &&
      number?.type === "number" &&
      percent?.type === "postfix" &&
      percent.work === "percent"
    );
  }

  #take<Wanted extends Sign>(...signs: readonly Wanted[]): Wanted | undefined {
    const token = this.#tokens[this.#at];
    if (token?.type !== "operator") return undefined;
    const sign = signs.find((wanted) => wanted === token.sign);
    if (sign !== undefined) {
      this.#at++;
      this.#worked++;
    }
    return sign;
  }
}

/** "of" multiplies after "half" and "15 percent", not in "one of 3". */
function isShare(token: Token | undefined): boolean {
  if (token?.type === "number") return !Number.isInteger(token.value);
  return token?.type === "postfix" && token.work === "percent";
}

function factorial(value: number): number {
  if (!Number.isInteger(value) || value < 0) return NaN;
  let product = 1;
  for (let factor = 2; factor <= Math.min(value, 171); factor++) product *= factor;
  return product;
}

function numberToken(value: number): Token {
  return { type: "number", value, spoken: numberInWords(value) };
}

function operator(sign: Sign, spoken: string): Token {
  return { type: "operator", sign, spoken };
}

function prefix(work: Prefix, spoken: string): Token {
  return { type: "prefix", work, spoken };
}

function postfix(work: Postfix, spoken: string): Token {
  return { type: "postfix", work, spoken };
}
