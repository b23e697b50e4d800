type EventMap = Record<string, readonly unknown[]>;
type Listener<Args extends readonly unknown[]> = (...args: Args) => void;

interface Entry {
  readonly listener: Listener<never>;
  readonly once: boolean;
}

/**
 * The event methods of the client, with positional arguments: `on`, `once` and `off` chain;
 * `subscribe` returns the function that stops it.
 */
export class PositionalEmitter<Events extends EventMap> {
  readonly #entries = new Map<keyof Events, readonly Entry[]>();

  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    return this.#add(name, { listener, once: false });
  }

  once<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): this {
    return this.#add(name, { listener, once: true });
  }

  /** Without `listener`, all of that name. */
  off<Name extends keyof Events>(name: Name, listener?: Listener<Events[Name]>): this {
    const left = listener ? this.#of(name).filter((entry) => entry.listener !== listener) : [];
    this.#entries.set(name, left);
    return this;
  }

  subscribe<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    this.on(name, listener);
    return () => void this.off(name, listener);
  }

  removeAllListeners(): this {
    this.#entries.clear();
    return this;
  }

  listenerCount(name: keyof Events): number {
    return this.#of(name).length;
  }

  /** A throwing listener never stops the others: its error surfaces as an uncaught exception. */
  protected emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): void {
    for (const entry of this.#of(name)) {
      if (entry.once) this.#remove(name, entry);
      try {
        (entry.listener as Listener<Events[Name]>)(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #of(name: keyof Events): readonly Entry[] {
    return this.#entries.get(name) ?? [];
  }

  #add(name: keyof Events, entry: Entry): this {
    this.#entries.set(name, [...this.#of(name), entry]);
    return this;
  }

  #remove(name: keyof Events, entry: Entry): void {
    this.#entries.set(
      name,
      this.#of(name).filter((one) => one !== entry),
    );
  }
}
