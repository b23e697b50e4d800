/**
 * Remembers what `load` gave for `keepMs`. Who asks while it is being loaded waits for the same answer.
 * A failure goes to those who wait and is forgotten.
 */
export function remembered<T>(
  load: () => Promise<T>,
  keepMs: number,
  now: () => number,
): () => Promise<T> {
  let last: { readonly value: T; readonly at: number } | undefined;
  let pending: Promise<T> | undefined;

  const loadOnce = async (): Promise<T> => {
    try {
      const value = await load();
      last = { value, at: now() };
      return value;
    } finally {
      pending = undefined;
    }
  };
  return async () => {
    if (last && now() - last.at < keepMs) return last.value;
    return (pending ??= loadOnce());
  };
}
