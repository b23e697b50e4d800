import { element } from "./elements.ts";

interface Action {
  readonly label: string;
  readonly run: () => void;
}

export interface NoticeContent {
  readonly title: string;
  readonly remedy?: string;
  readonly action?: Action;
  /** Another thing that may help; the notice stays. */
  readonly help?: Action;
}

/** The one thing that the person should know now, and what to do about it. */
export class Notice {
  readonly #box = element("notice", HTMLElement);
  readonly #title = element("notice-title", HTMLElement);
  readonly #remedy = element("notice-remedy", HTMLElement);
  readonly #action = element("notice-action", HTMLButtonElement);
  readonly #help = element("notice-help", HTMLButtonElement);
  #run: (() => void) | undefined;
  #runHelp: (() => void) | undefined;

  constructor() {
    element("notice-close", HTMLButtonElement).addEventListener("click", () => {
      this.hide();
    });
    this.#action.addEventListener("click", () => {
      const run = this.#run;
      this.hide();
      run?.();
    });
    this.#help.addEventListener("click", () => {
      this.#runHelp?.();
    });
  }

  show({ title, remedy = "", action, help }: NoticeContent): void {
    this.#title.textContent = title;
    this.#remedy.textContent = remedy;
    this.#action.hidden = !action;
    this.#action.textContent = action?.label ?? "";
    this.#run = action?.run;
    this.#help.hidden = !help;
    this.#help.textContent = help?.label ?? "";
    this.#runHelp = help?.run;
    this.#box.hidden = false;
  }

  hide(): void {
    this.#box.hidden = true;
  }
}
