import { orAborted } from "../transport/webrtc/abort.ts";

interface Load<T> {
  readonly answer: Promise<T>;
  readonly unwanted: AbortController;
  waiting: number;
}

/**
 * Remembers what `load` gave for `keepMs`. Who asks while it is being loaded waits for the same answer, as
 * long as his own signal says; when the last one has gone, the signal of `load` aborts. A failure goes to
 * those who wait and is forgotten.
 */
export function remembered<T>(
  load: (signal: AbortSignal) => Promise<T>,
  keepMs: number,
  now: () => number,
): (signal: AbortSignal) => Promise<T> {
  let last: { readonly value: T; readonly at: number } | undefined;
  let pending: Load<T> | undefined;

  const begin = (): Load<T> => {
    const unwanted = new AbortController();
    const answer = load(unwanted.signal).then((value) => {
      last = { value, at: now() };
      return value;
    });
    return { answer, unwanted, waiting: 0 };
  };
  return async (signal) => {
    if (last && now() - last.at < keepMs) return last.value;
    signal.throwIfAborted();
    const joined = (pending ??= begin());
    joined.waiting += 1;
    try {
      return await orAborted(joined.answer, signal);
    } finally {
      joined.waiting -= 1;
      if (joined.waiting === 0) {
        if (pending === joined) pending = undefined;
        joined.unwanted.abort();
      }
    }
  };
}
