/**
 * The promise's outcome, or the signal's reason as soon as it aborts. The work behind the promise is
 * not stopped by this; pass it the signal too.
 */
export function abortable<Value>(
  work: PromiseLike<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (!signal) return Promise.resolve(work);
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      // The reason is the owner's and may be anything; it is handed on as it is.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      reject(signal.reason);
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).then(() => {
      signal.removeEventListener("abort", abort);
    });
  });
}
