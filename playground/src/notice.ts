import { element } from "./elements.ts";

export interface NoticeContent {
  readonly title: string;
  readonly remedy?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** The one thing that the person should know now, and what to do about it. */
export class Notice {
  readonly #box = element("notice", HTMLElement);
  readonly #title = element("notice-title", HTMLElement);
  readonly #remedy = element("notice-remedy", HTMLElement);
  readonly #action = element("notice-action", HTMLButtonElement);
  #run: (() => void) | undefined;

  constructor() {
    element("notice-close", HTMLButtonElement).addEventListener("click", () => {
      this.hide();
    });
    this.#action.addEventListener("click", () => {
      const run = this.#run;
      this.hide();
      run?.();
    });
  }

  show({ title, remedy = "", action }: NoticeContent): void {
    this.#title.textContent = title;
    this.#remedy.textContent = remedy;
    this.#action.hidden = !action;
    this.#action.textContent = action?.label ?? "";
    this.#run = action?.run;
    this.#box.hidden = false;
  }

  hide(): void {
    this.#box.hidden = true;
  }
}
