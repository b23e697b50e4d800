/**
 * What the promise comes to, which goes on by itself when nobody waits for it any more.
 *
 * @throws the signal's reason when it aborts first
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { signal: over.signal });
    void promise.then(resolve, reject).finally(() => {
      over.abort();
    });
  });
}
