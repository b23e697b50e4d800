import { ProviderError, type ProviderKind } from "@metered/llmrtc-core";

/** What a fake does wrong. */
export interface Mishap {
  /**
   * Fails: `true` at once, a number after so many items (tokens, results, runs of samples). Throws
   * `error`, by default a {@link ProviderError} `<KIND>_ERROR`.
   */
  readonly failAt?: true | number;
  readonly error?: Error;
  /** Stops for ever: `true` before the first item, a number after so many. Only an abort ends it. */
  readonly hangAt?: true | number;
}

export function failsAt({ failAt }: Mishap, item: number): boolean {
  return (failAt === true ? 0 : failAt) === item;
}

export function hangsAt({ hangAt }: Mishap, item: number): boolean {
  return (hangAt === true ? 0 : hangAt) === item;
}

export function mishapError({ error }: Mishap, kind: ProviderKind, provider: string): Error {
  return error ?? new ProviderError(`${kind}_ERROR`, provider, "failed on purpose");
}
