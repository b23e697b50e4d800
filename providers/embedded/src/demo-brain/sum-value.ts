import type { Prefix, Sign, Token } from "./sum-tokens.ts";

/** What a sum comes to, or why it has no answer. */
export type Outcome =
  | { readonly type: "value"; readonly value: number; readonly spoken: string }
  | { readonly type: "division-by-zero" }
  | { readonly type: "root-of-negative" }
  | { readonly type: "too-big" };

/** One sum, worked out by recursive descent: + and -, then times and divided by, then powers. */
export class Sum {
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
