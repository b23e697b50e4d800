const open = "<think>";
const close = "</think>";

/**
 * Leaves out what a reasoning model thinks aloud at the start of its reply, between `<think>` and
 * `</think>`: nobody wants to hear it spoken. Some local servers send it as ordinary text.
 */
export class ThinkingFilter {
  #phase: "start" | "thinking" | "after" | "reply" = "start";
  #pending = "";

  /** @returns what of the text so far is meant for the listener; may be empty */
  push(text: string): string {
    if (this.#phase === "reply") return text;
    this.#pending += text;
    if (this.#phase === "start") this.#begin();
    if (this.#phase === "thinking") this.#think();
    if (this.#phase === "after") this.#pending = this.#pending.trimStart();
    if (this.#phase === "after" && this.#pending !== "") this.#phase = "reply";
    return this.#phase === "reply" ? this.#take() : "";
  }

  /** @returns what was held back in case it would become a tag */
  end(): string {
    return this.#phase === "start" ? this.#take() : "";
  }

  #begin(): void {
    const said = this.#pending.trimStart();
    if (said.startsWith(open)) {
      this.#phase = "thinking";
      this.#pending = said.slice(open.length);
    } else if (!open.startsWith(said)) {
      this.#phase = "reply";
    }
  }

  #think(): void {
    const at = this.#pending.indexOf(close);
    if (at >= 0) this.#phase = "after";
    // A tag may be cut in two, so its first letters stay.
    this.#pending =
      at >= 0 ? this.#pending.slice(at + close.length) : this.#pending.slice(1 - close.length);
  }

  #take(): string {
    const text = this.#pending;
    this.#pending = "";
    return text;
  }
}

/** What of a whole reply is meant for the listener. */
export function spokenPart(reply: string): string {
  const filter = new ThinkingFilter();
  return filter.push(reply) + filter.end();
}
