import { numberInWords, readNumber } from "./number-words.ts";

/** A piece of a sum, and how it is said back. */
export type Token =
  | { readonly type: "number"; readonly value: number; readonly spoken: string }
  | { readonly type: "operator"; readonly sign: Sign; readonly spoken: string }
  | { readonly type: "prefix"; readonly work: Prefix; readonly spoken: string }
  | { readonly type: "postfix"; readonly work: Postfix; readonly spoken: string };

export type Sign = "+" | "-" | "*" | "/" | "^" | "mod" | "of" | "off";
export type Prefix = "root" | "cube-root" | "double" | "triple" | "negative";
export type Postfix = "squared" | "cubed" | "percent" | "factorial";

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
/** The stretches of words that could be sums, and the place of each one's first word. */
export function runs(
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

export function numberToken(value: number): Token {
  return { type: "number", value, spoken: numberInWords(value) };
}

function operator(sign: Sign, spoken: string): Token {
  return { type: "operator", sign, spoken };
}

export function prefix(work: Prefix, spoken: string): Token {
  return { type: "prefix", work, spoken };
}

function postfix(work: Postfix, spoken: string): Token {
  return { type: "postfix", work, spoken };
}
