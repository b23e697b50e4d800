import type { Clock } from "@metered/llmrtc-core";

/** Aborts with `signal`, or by itself after `ms`. Call `end` when it is not needed any more. */
export function limited(
  ms: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(signal.reason);
  };
  const cancel = clock.after(ms, () => {
    controller.abort(new DOMException("It took too long.", "TimeoutError"));
  });
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  return {
    signal: controller.signal,
    end() {
      cancel();
      signal.removeEventListener("abort", abort);
    },
  };
}
