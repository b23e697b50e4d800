import type { Clock } from "@metered/llmrtc-core";

/**
 * Resolves after `ms`, at once when it is 0.
 *
 * @throws the signal's reason as soon as it aborts
 */
export function wait(ms: number, clock: Clock, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (ms <= 0) return Promise.resolve();
  return untilAborted(signal, (resolve) => clock.after(ms, resolve));
}

/** Never resolves; throws the signal's reason when it aborts. */
export function hang(signal?: AbortSignal): Promise<never> {
  signal?.throwIfAborted();
  return untilAborted<never>(signal, () => () => undefined);
}

/** @param start begins to wait and returns what stops it */
function untilAborted<T>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: T) => void) => () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => {
      stop();
      reject(signal?.reason as Error);
    };
    const stop = start((value) => {
      signal?.removeEventListener("abort", onAbort);
      resolve(value);
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
