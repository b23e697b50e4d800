export interface WaitOptions {
  readonly signal?: AbortSignal;
}

/** Promises that hold until something has come about, of an owner who says when to look. */
export class Waits {
  readonly #waiters = new Set<() => void>();
  #closed: Error | undefined;

  /**
   * Resolves when `reached` says so.
   *
   * @throws the signal's reason when aborted; what `close` was given
   */
  until(reached: () => boolean, { signal }: WaitOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const failure = signal?.aborted ? (signal.reason as Error) : this.#closed;
        if (!failure && !reached()) return;
        this.#waiters.delete(check);
        signal?.removeEventListener("abort", check);
        if (failure) reject(failure);
        else resolve();
      };
      this.#waiters.add(check);
      signal?.addEventListener("abort", check);
      check();
    });
  }

  /** Something has changed. */
  wake(): void {
    for (const check of [...this.#waiters]) check();
  }

  close(error: Error): void {
    this.#closed ??= error;
    this.wake();
  }
}
