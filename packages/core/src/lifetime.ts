/**
 * What an object owns, and how to let go of it: newest first, exactly once.
 *
 * Work that should stop with the owner takes `signal`; anything that must be undone is `own`ed.
 */
export class Lifetime {
  readonly #controller = new AbortController();
  readonly #undo: (() => void | Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  own(undo: () => void | Promise<void>): void {
    this.#undo.push(undo);
  }

  /** Safe to call again: every caller gets the same promise. */
  close(reason?: Error): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason?: Error): Promise<void> {
    this.#controller.abort(reason);
    for (const undo of this.#undo.reverse()) await undo();
  }
}
