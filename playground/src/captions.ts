import { element } from "./elements.ts";
import { SpokenText } from "./spoken-text.ts";

/** What is said, as it is said: one bubble for each side of a turn. */
export class Captions {
  readonly #box = element("captions", HTMLElement);
  readonly #welcome = element("welcome", HTMLElement);
  readonly #bubbles = new Map<string, HTMLElement>();
  readonly #replies = new Map<string, SpokenText>();

  /** The caller's words so far; the final ones replace the guesses, empty ones take them back. */
  heard(turnId: string, text: string, isFinal: boolean): void {
    if (text === "") {
      this.withdrawn(turnId);
      return;
    }
    const bubble = this.#bubble("you", turnId);
    bubble.textContent = text;
    bubble.classList.toggle("interim", !isFinal);
    this.#follow();
  }

  /** More of the agent's words, pale until they sound. */
  written(turnId: string, words: string): void {
    this.#reply(turnId).write(words);
    this.#follow();
  }

  /** The agent begins to say a sentence. */
  spoken(turnId: string, sentence: string): void {
    this.#reply(turnId).speak(sentence);
  }

  /** The agent has said it all, or it will not be spoken: nothing stays pale. */
  finished(turnId: string): void {
    this.#replies.get(turnId)?.finish();
  }

  /** The voice failed: the text stands for itself. */
  finishAll(): void {
    for (const reply of this.#replies.values()) reply.finish();
  }

  /** The agent was stopped while speaking: what stays pale was not said. */
  interrupted(turnId: string): void {
    this.#replies.get(turnId)?.stop();
    this.paused(turnId, false);
    this.#bubbles.get(`agent ${turnId}`)?.classList.add("interrupted");
  }

  /** The caller had not finished: the turn never was. */
  withdrawn(turnId: string): void {
    this.#replies.delete(turnId);
    for (const key of [`you ${turnId}`, `agent ${turnId}`]) {
      this.#bubbles.get(key)?.remove();
      this.#bubbles.delete(key);
    }
  }

  /** The agent holds its breath, or goes on. */
  paused(turnId: string, isPaused: boolean): void {
    this.#bubbles.get(`agent ${turnId}`)?.classList.toggle("paused", isPaused);
  }

  #reply(turnId: string): SpokenText {
    const existing = this.#replies.get(turnId);
    if (existing) return existing;
    const reply = new SpokenText(this.#bubble("agent", turnId));
    this.#replies.set(turnId, reply);
    return reply;
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
