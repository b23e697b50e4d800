import { element } from "./elements.ts";

/** What is said, as it is said: one bubble for each side of a turn. */
export class Captions {
  readonly #box = element("captions", HTMLElement);
  readonly #welcome = element("welcome", HTMLElement);
  readonly #bubbles = new Map<string, HTMLElement>();

  /** The caller's words so far; the final ones replace the guesses, empty ones take them back. */
  heard(turnId: string, text: string, isFinal: boolean): void {
    if (text === "") {
      this.#bubbles.get(`you ${turnId}`)?.remove();
      this.#bubbles.delete(`you ${turnId}`);
      return;
    }
    const bubble = this.#bubble("you", turnId);
    bubble.textContent = text;
    bubble.classList.toggle("interim", !isFinal);
    this.#follow();
  }

  /** More of the agent's words. */
  said(turnId: string, words: string): void {
    const bubble = this.#bubble("agent", turnId);
    bubble.textContent += words;
    this.#follow();
  }

  /** The agent was stopped while speaking. */
  interrupted(turnId: string): void {
    this.#bubbles.get(`agent ${turnId}`)?.classList.add("interrupted");
  }

  #bubble(who: "you" | "agent", turnId: string): HTMLElement {
    const key = `${who} ${turnId}`;
    const existing = this.#bubbles.get(key);
    if (existing) return existing;
    this.#welcome.hidden = true;
    const bubble = document.createElement("p");
    bubble.className = `bubble ${who}`;
    bubble.dataset["who"] = who === "you" ? "You" : "Agent";
    this.#box.append(bubble);
    this.#bubbles.set(key, bubble);
    return bubble;
  }

  #follow(): void {
    this.#box.scrollTop = this.#box.scrollHeight;
  }
}
