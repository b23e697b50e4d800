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
    return this.#set(name, left);
  }

  subscribe<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    this.on(name, listener);
    return () => void this.off(name, listener);
  }

  removeAllListeners(): this {
    for (const name of this.#entries.keys()) this.off(name);
    return this;
  }

  listenerCount(name: keyof Events): number {
    return this.#of(name).length;
  }

  /** A throwing listener never stops the others: its error surfaces as an uncaught exception. */
  protected emit<Name extends keyof Events>(name: Name, ...args: Events[Name]): void {
    for (const entry of this.#of(name)) {
      if (entry.once) {
        this.#set(
          name,
          this.#of(name).filter((one) => one !== entry),
        );
      }
      try {
        (entry.listener as Listener<Events[Name]>)(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** For an event whose source costs something: it need not run unheard. */
  protected listenersChanged(_name: keyof Events): void {
    // Most events cost nothing.
  }

  #of(name: keyof Events): readonly Entry[] {
    return this.#entries.get(name) ?? [];
  }

  #add(name: keyof Events, entry: Entry): this {
    return this.#set(name, [...this.#of(name), entry]);
  }

  #set(name: keyof Events, entries: readonly Entry[]): this {
    this.#entries.set(name, entries);
    this.listenersChanged(name);
    return this;
  }
}
