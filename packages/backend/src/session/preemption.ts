import {
  type ConversationProviders,
  Guess,
  type History,
  judgeWords,
  MetricNames,
  type TurnOptions,
} from "@metered/llmrtc-core";

/** Asks the model while the end of the caller's turn is still waited for. One guess at a time. */
export class Preemption {
  readonly #turn: TurnOptions;
  readonly #history: History;
  readonly #allowed: boolean;
  /** Whether a guess costs so little that every pause is worth one. */
  readonly #eager: boolean;
  #guess: Guess | undefined;

  constructor(turn: TurnOptions, history: History, preemptive: "auto" | boolean) {
    const { llm } = turn.providers;
    this.#turn = turn;
    this.#history = history;
    this.#allowed = preemptive !== false && llm.stream !== undefined;
    this.#eager = preemptive === true || llm.local === true;
  }

  /** The caller may have finished with these words; `likely`: the turn detector thinks so. */
  guess(text: string, { likely }: { readonly likely: boolean }): void {
    if (!this.#allowed || !(likely || this.#eager) || this.#guess?.fits(text)) return;
    this.drop();
    if (judgeWords(text).verdict === "unfinished") return;
    const messages = this.#history.forRequest({ role: "user", content: text });
    this.#guess = new Guess(text, { messages, config: this.#turn.llm }, this.#turn);
  }

  /** What the caller has said. @returns the providers that answer it sooner, if it was guessed */
  take(text: string): ConversationProviders | undefined {
    if (!this.#guess?.fits(text)) {
      this.drop();
      return undefined;
    }
    const { providers } = this.#guess;
    this.#guess = undefined;
    this.#count("used");
    return providers;
  }

  /** He goes on, or has said something else. */
  drop(): void {
    const wasted = this.#guess?.drop();
    this.#guess = undefined;
    if (wasted === undefined) return;
    this.#count("dropped");
    this.#turn.metrics.increment(MetricNames.PREEMPTIVE_WASTED_TOKENS, wasted);
  }

  #count(outcome: "used" | "dropped"): void {
    this.#turn.metrics.increment(MetricNames.PREEMPTIVE_GUESSES, 1, { outcome });
  }
}
