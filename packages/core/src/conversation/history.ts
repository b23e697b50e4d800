import type { Message } from "../providers/llm.ts";

/**
 * What was said in a call. The system prompt is pinned; of the rest the model sees the newest
 * `limit` messages, cut so that they never begin with an answer whose question is gone.
 */
export class History {
  readonly #systemPrompt: string | undefined;
  readonly #limit: number;
  #messages: readonly Message[] = [];

  constructor({ systemPrompt, limit }: { readonly systemPrompt?: string; readonly limit: number }) {
    this.#systemPrompt = systemPrompt;
    this.#limit = Math.max(1, limit);
  }

  /** Everything kept, oldest first, without the system prompt. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  add(...messages: readonly Message[]): void {
    for (const message of messages) this.#messages = this.#window([...this.#messages, message]);
  }

  /** Takes over what was said in an earlier session. */
  restore(earlier: History): void {
    this.#messages = [...earlier.messages, ...this.#messages];
  }

  /**
   * What a request sends: the system prompt and the newest messages.
   *
   * @param next what is said now and stands in the history only when its turn is over
   */
  forRequest(...next: readonly Message[]): Message[] {
    const system: Message[] = this.#systemPrompt
      ? [{ role: "system", content: this.#systemPrompt }]
      : [];
    return [...system, ...this.#window([...this.#messages, ...next])];
  }

  #window(messages: readonly Message[]): readonly Message[] {
    if (messages.length <= this.#limit) return messages;
    const newest = messages.slice(-this.#limit);
    const first = newest.findIndex((message) => message.role === "user");
    return first < 0 ? newest : newest.slice(first);
  }
}
