import type { PreflightReport } from "@metered/llmrtc-web-client/preflight";
import { iceRows, ladderItems, mainRows } from "./check-rows.ts";
import { copyOnClick } from "./copy-button.ts";
import { element } from "./elements.ts";

export interface CheckPanelOptions {
  readonly signallingUrl: string;
  /** Empty for the system's default. */
  readonly microphone: () => string;
  readonly finished: (report: PreflightReport) => void;
}

/** "Check my connection": each part of a call tried alone, with a report to send to support. */
export class CheckPanel {
  readonly #options: CheckPanelOptions;
  readonly #dialog = element("check", HTMLDialogElement);
  readonly #copies = [
    element("check-copy", HTMLButtonElement),
    element("check-json", HTMLButtonElement),
  ] as const;
  /** Beside the page, which does not wait for it; but it is there when the server is not. */
  readonly #loaded = import("@metered/llmrtc-web-client/preflight");
  #run: AbortController | undefined;
  #report: PreflightReport | undefined;
  #text = "";

  constructor(options: CheckPanelOptions) {
    this.#options = options;
    const onClick = (id: string, run: () => void): void => {
      element(id, HTMLButtonElement).addEventListener("click", run);
    };
    onClick("check-open", () => {
      this.open();
    });
    onClick("check-again", () => {
      this.#start();
    });
    onClick("check-close", () => {
      this.#dialog.close();
    });
    this.#dialog.addEventListener("click", ({ target }) => {
      if (target === this.#dialog) this.#dialog.close(); // beside the panel
    });
    this.#dialog.addEventListener("close", () => {
      this.#run?.abort();
    });
    this.#loaded.catch(() => undefined); // is said when it is wanted
    const [text, json] = this.#copies;
    copyOnClick(text, () => this.#text);
    copyOnClick(json, () => JSON.stringify(this.#report, null, 2));
  }

  /** In a click, so that the microphone's level can be heard. */
  open(): void {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#start();
  }

  #start(): void {
    this.#run?.abort();
    const run = new AbortController();
    this.#run = run;
    this.#check(run.signal).catch((error: unknown) => {
      if (!run.signal.aborted) this.#showFault(error);
    });
  }

  async #check(signal: AbortSignal): Promise<void> {
    for (const button of this.#copies) button.disabled = true;
    const { preflight, preflightText } = await this.#loaded;
    const { signallingUrl, microphone, finished } = this.#options;
    const deviceId = microphone();
    const report = await preflight({
      signallingUrl,
      signal,
      ...(deviceId && { microphone: { deviceId: { exact: deviceId } } }),
      onProgress: (soFar) => {
        this.#show(soFar);
      },
    });
    this.#report = report;
    this.#text = preflightText(report);
    for (const button of this.#copies) button.disabled = false;
    finished(report);
  }

  /** Nothing runs any more, so nothing may look as if it did. */
  #showFault(error: unknown): void {
    element("check-verdict", HTMLElement).dataset["verdict"] = "failed";
    const why = error instanceof Error ? error.message : String(error);
    element("check-summary", HTMLElement).textContent =
      `The check broke off. Reload the page, then run it again. (${why})`;
    for (const id of ["check-ladder", "check-rows", "check-ice-rows"]) {
      element(id, HTMLElement).replaceChildren();
    }
    element("check-ice", HTMLElement).hidden = true;
  }

  #show(report: PreflightReport): void {
    element("check-verdict", HTMLElement).dataset["verdict"] = report.verdict;
    element("check-summary", HTMLElement).textContent = report.summary;
    element("check-ladder", HTMLElement).replaceChildren(...ladderItems(report));
    element("check-rows", HTMLElement).replaceChildren(...mainRows(report));
    const rows = iceRows(report);
    element("check-ice", HTMLElement).hidden = rows.length === 0;
    element("check-ice-rows", HTMLElement).replaceChildren(...rows);
  }
}
