import type { LLMRTCWebClient } from "@metered/llmrtc-web-client";
import { element } from "./elements.ts";

/** The button, and the space bar, that the caller holds while he speaks. */
export class PushToTalk {
  readonly #client: LLMRTCWebClient;
  readonly #failed: (error: unknown) => void;
  readonly #switch = element("push-to-talk", HTMLInputElement);
  readonly #row = element("talk-row", HTMLElement);
  readonly #button = element("talk", HTMLButtonElement);
  readonly #label = element("talk-label", HTMLElement);
  #held = false;

  constructor(client: LLMRTCWebClient, failed: (error: unknown) => void) {
    this.#client = client;
    this.#failed = failed;
    this.#switch.addEventListener("change", () => {
      client.turnDetection = this.#switch.checked ? "manual" : "auto";
      this.#held = false;
      this.show();
    });
    this.#button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.#button.setPointerCapture(event.pointerId); // a finger that slides off still releases it
      this.#press();
    });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
      this.#button.addEventListener(name, () => {
        this.#release();
      });
    }
    this.#button.addEventListener("contextmenu", (event) => {
      event.preventDefault(); // a long touch is no wish for a menu
    });
    addEventListener("keydown", this.#onKey);
    addEventListener("keyup", this.#onKey);
    addEventListener("blur", () => {
      this.#release();
    });
  }

  /** The call's state or the microphone has changed. */
  show(): void {
    const { microphone, state } = this.#client;
    this.#row.hidden = !this.#switch.checked;
    this.#button.disabled = state !== "connected" || !microphone || microphone.muted;
    if (this.#button.disabled) this.#held = false;
    this.#button.dataset["held"] = String(this.#held);
    this.#label.textContent = this.#held ? "Listening … release to send" : "Hold to talk";
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (this.#row.hidden) return;
    if (event.code === "Escape" && this.#held) {
      this.#end("cancel");
      return;
    }
    if (event.code !== "Space" || writes(event.target)) return;
    event.preventDefault(); // neither scrolls nor clicks what has the focus
    if (event.type === "keyup") this.#release();
    else if (!event.repeat) this.#press();
  };

  #press(): void {
    if (this.#button.disabled || this.#held) return;
    this.#held = true;
    this.show();
    this.#try(() => {
      this.#client.startTurn();
    });
  }

  #release(): void {
    if (this.#held) this.#end("send");
  }

  #end(how: "send" | "cancel"): void {
    this.#held = false;
    this.show();
    this.#try(() => {
      if (how === "send") this.#client.endTurn();
      else this.#client.cancelTurn();
    });
  }

  #try(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#held = false;
      this.show();
      this.#failed(error);
    }
  }
}

/** Where the space bar writes a space, or has a meaning of its own. */
function writes(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input, select, summary, textarea");
}
