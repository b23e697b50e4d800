import { type Clock, systemClock } from "../clock.ts";
import { ProviderError, type ProviderKind } from "../errors.ts";

/** Whom we wait for and how long. */
export interface Patience {
  readonly kind: ProviderKind;
  /** Name of the provider, for the error. */
  readonly provider: string;
  readonly ms: number;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Runs a provider call with a limit. The call gets a signal of its own that also ends it at the limit.
 *
 * @throws the outer signal's reason when it aborts; else {@link ProviderError} `<KIND>_TIMEOUT` at the
 * limit and `<KIND>_ERROR` for anything that the provider throws
 */
export async function patiently<T>(
  patience: Patience,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const signal = AbortSignal.any([patience.signal, limit.signal]);
  try {
    return await withLimit(patience, limit, () => call(signal));
  } catch (error) {
    throw named(error, patience);
  }
}

/**
 * Reads a provider's stream with a limit on each wait for the next item. Only waiting counts: time
 * that the reader spends between items does not.
 *
 * @param open may give no stream, which reads as an empty one
 * @throws as {@link patiently}
 */
export async function* patientlyEach<T>(
  patience: Patience,
  open: (signal: AbortSignal) => AsyncIterable<T> | undefined,
): AsyncGenerator<T, void, undefined> {
  const limit = new AbortController();
  const signal = AbortSignal.any([patience.signal, limit.signal]);
  let items: AsyncIterator<T> | undefined;
  try {
    const reading = open(signal)?.[Symbol.asyncIterator]();
    items = reading;
    while (reading) {
      const next = await withLimit(patience, limit, () => reading.next());
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    throw named(error, patience);
  } finally {
    limit.abort();
    // A stream that hangs never answers `return`, so nobody waits for it.
    void items?.return?.().catch(() => undefined);
  }
}

function withLimit<T>(
  { kind, provider, ms, signal, clock = systemClock }: Patience,
  limit: AbortController,
  call: () => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    // However the wait ends, timer and listener go: a deaf provider may never settle.
    const settled = (end: () => void): void => {
      cancel();
      signal.removeEventListener("abort", onAbort);
      end();
    };
    const onAbort = (): void => {
      settled(() => {
        reject(signal.reason as Error);
      });
    };
    const cancel = clock.after(ms, () => {
      const timeout = new ProviderError(`${kind}_TIMEOUT`, provider, `no answer within ${ms} ms`);
      settled(() => {
        reject(timeout);
      });
      limit.abort(timeout);
    });
    signal.addEventListener("abort", onAbort);
    call()
      .finally(() => {
        settled(() => undefined);
      })
      .then(resolve, reject);
  });
}

/** What a provider throws becomes its kind's error; aborts and our own provider errors stay. */
function named(error: unknown, { kind, provider, signal }: Patience): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ProviderError && error.code.startsWith(kind)) return error;
  return new ProviderError(`${kind}_ERROR`, provider, "failed", { cause: error });
}
