import type { Logger } from "@metered/llmrtc-core";
import { inspect } from "node:util";

interface Line {
  readonly message: string | undefined;
  readonly fields: object;
}

/** A log that keeps every line, of every level. */
export class Log implements Logger {
  readonly lines: Line[] = [];
  readonly #waiting = new Set<() => void>();
  readonly debug = this.#note.bind(this);
  readonly info = this.#note.bind(this);
  readonly warn = this.#note.bind(this);
  readonly error = this.#note.bind(this);

  /** All that can be read in the lines, hidden fields of errors too. */
  get text(): string {
    return inspect(this.lines, { depth: Infinity, showHidden: true, maxArrayLength: null });
  }

  /** Resolves with the first line of that message, past or to come. */
  line(message: string): Promise<object> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.lines.find((line) => line.message === message);
        if (found) resolve(found.fields);
      };
      this.#waiting.add(look);
      look();
    });
  }

  #note(fields: object, message?: string): void {
    this.lines.push({ message, fields });
    for (const look of this.#waiting) look();
  }
}
