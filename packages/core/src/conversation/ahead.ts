import { AsyncQueue } from "../queue.ts";

/** A stream that is read ahead of its reader, who gets all of it in order, an error included. */
export class Ahead<T> implements AsyncIterable<T> {
  readonly #items = new AsyncQueue<T>();
  /** Resolves when the source has ended, in whatever way. */
  readonly end: Promise<void>;

  /** @param seen told each item when it comes in */
  constructor(source: AsyncIterable<T>, seen?: (item: T) => void) {
    this.end = this.#read(source, seen);
  }

  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined> {
    return this.#items[Symbol.asyncIterator]();
  }

  async #read(source: AsyncIterable<T>, seen?: (item: T) => void): Promise<void> {
    try {
      for await (const item of source) {
        this.#items.push(item);
        seen?.(item);
      }
      this.#items.end();
    } catch (error) {
      this.#items.fail(error);
    }
  }
}
