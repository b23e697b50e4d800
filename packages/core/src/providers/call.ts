/** Every provider call that waits takes these. */
export interface CallOptions {
  /** Aborting makes the call reject with `signal.reason` and stop its work soon after. */
  readonly signal?: AbortSignal;
}
