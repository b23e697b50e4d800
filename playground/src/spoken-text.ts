/** How fast words are taken to follow each other within a sentence. */
const msPerCharacter = 62;

/** A reply that is written at once and spoken in time: what has been said is bright, the rest pale. */
export class SpokenText {
  readonly #said = document.createElement("span");
  readonly #rest = document.createElement("span");
  #text = "";
  /** Characters of the text that have been said, and where the running sentence ends. */
  #at = 0;
  #until = 0;
  #timer: number | undefined;

  constructor(bubble: HTMLElement) {
    this.#rest.className = "unsaid";
    bubble.append(this.#said, this.#rest);
  }

  write(words: string): void {
    this.#text += words;
    this.#show();
  }

  /** The sentence before it has been said; this one follows word by word. */
  speak(sentence: string): void {
    this.#at = this.#until;
    // Markup is written but not spoken: a sentence with some is taken by its length.
    const found = this.#text.indexOf(sentence, this.#at);
    this.#until = (found < 0 ? this.#at : found) + sentence.length;
    this.#next();
  }

  finish(): void {
    this.stop();
    this.#at = this.#until = this.#text.length;
    this.#show();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #next(): void {
    clearTimeout(this.#timer);
    const space = this.#text.indexOf(" ", this.#at + 1);
    const end = Math.min(space < 0 ? this.#text.length : space, this.#until);
    const characters = end - this.#at;
    if (characters <= 0) return;
    this.#at = end;
    this.#show();
    this.#timer = window.setTimeout(() => {
      this.#next();
    }, characters * msPerCharacter);
  }

  #show(): void {
    this.#said.textContent = this.#text.slice(0, this.#at);
    this.#rest.textContent = this.#text.slice(this.#at);
  }
}
