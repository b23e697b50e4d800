/** What the caller does with his button, his microphone's switch and his keyboard. */
export type Control = "press" | "finish" | "cancel";

/** Controls on their way to the ear, which may be waiting for sound. */
export class Controls {
  /** Speech begins only by a press; silence does not end it. */
  manual = false;
  readonly #waiting: Control[] = [];
  #wake: (() => void) | undefined;

  push(control: Control): void {
    this.#waiting.push(control);
    this.#wake?.();
    this.#wake = undefined;
  }

  /** All that came since the last call, oldest first. */
  take(): Control[] {
    return this.#waiting.splice(0);
  }

  /** Calls `wake` once, at the next control; at once if one is waiting. */
  next(wake: () => void): void {
    if (this.#waiting.length > 0) wake();
    else this.#wake = wake;
  }
}
