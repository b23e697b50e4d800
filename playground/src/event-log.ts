import { copyOnClick } from "./copy-button.ts";
import { element } from "./elements.ts";

const maxLines = 200;

/** What happened when, newest last; for people who look for a reason. */
export class EventLog {
  readonly #list = element("log", HTMLOListElement);
  readonly #started = performance.now();

  constructor() {
    copyOnClick(element("log-copy", HTMLButtonElement), () =>
      [...this.#list.children].map((line) => line.textContent).join("\n"),
    );
  }

  add(name: string, detail = ""): void {
    const line = document.createElement("li");
    const time = document.createElement("time");
    time.textContent = `${((performance.now() - this.#started) / 1000).toFixed(2)} `;
    const label = document.createElement("b");
    label.textContent = name;
    line.append(time, label, detail ? ` ${detail}` : "");
    const atEnd = this.#list.scrollTop + this.#list.clientHeight >= this.#list.scrollHeight - 8;
    this.#list.append(line);
    while (this.#list.children.length > maxLines) this.#list.firstElementChild?.remove();
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }
}
