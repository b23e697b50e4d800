/** Event name → payload, e.g. `{ close: undefined; level: number }`. */
type EventMap = Record<string, unknown>;

type Listener<Payload> = (payload: Payload) => void;

/**
 * A small typed event source for things that happen to an object.
 * Data that flows belongs in an `AsyncIterable`, not here.
 */
export class Emitter<Events extends EventMap> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Calls `listener` on each `name`. Returns the function that stops it. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** A throwing listener never stops the others: its error surfaces as an uncaught exception. */
  protected emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])] as Listener<Events[Name]>[]) {
      try {
        listener(payload);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
