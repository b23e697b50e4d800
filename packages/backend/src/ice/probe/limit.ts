/**
 * Runs `work` with a signal that aborts after `ms`, as a `TimeoutError`, or with `signal`. The timer
 * ends with the work.
 */
export async function withinLimit<T>(
  { signal, ms }: { readonly signal: AbortSignal; readonly ms: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const abort = (): void => {
    limit.abort(signal.reason);
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  const timer = setTimeout(() => {
    limit.abort(new DOMException("It took too long", "TimeoutError"));
  }, ms);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
