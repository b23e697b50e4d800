/**
 * The next event of that name.
 *
 * @throws the signal's reason when it aborts first
 */
export function onceEvent(target: EventTarget, name: string, signal: AbortSignal): Promise<Event> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const abort = (): void => {
      over.abort();
      reject(signal.reason as Error);
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener("abort", abort, { signal: over.signal });
    target.addEventListener(
      name,
      (event) => {
        over.abort();
        resolve(event);
      },
      { signal: over.signal },
    );
  });
}
