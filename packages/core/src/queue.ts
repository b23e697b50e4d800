/**
 * Hands values from whoever produces them to one reader, in order.
 *
 * With `limit`, the oldest unread values go when a new one finds the queue full: for sound, which is
 * worth nothing late. Without it the producer must be bounded by other means.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  readonly #limit: number;
  #wake: (() => void) | undefined;
  #end: { readonly error?: unknown } | undefined;

  constructor({ limit = Number.POSITIVE_INFINITY }: { readonly limit?: number } = {}) {
    this.#limit = limit;
  }

  /** After `end` or `fail` values are ignored. */
  push(value: T): void {
    if (this.#end) return;
    if (this.#values.length >= this.#limit) this.#values.shift();
    this.#values.push(value);
    this.#wake?.();
  }

  /** The reader gets what is left and then the end. */
  end(): void {
    this.#end ??= {};
    this.#wake?.();
  }

  /** The reader gets what is left and then `error`. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      while (this.#values.length > 0) yield this.#values.shift() as T;
      if (this.#end) {
        if ("error" in this.#end) throw this.#end.error;
        return;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
