/** What is known at the moment when the caller falls silent. */
export interface Pause {
  /** From the start of speech to its last voiced frame. */
  readonly speechMs: number;
}

/** Decides how long a silence must last before the caller's turn is over. */
export interface TurnDetector {
  /** For logs, e.g. `silence`. */
  readonly name: string;
  /**
   * Asked once at each pause. While it thinks the pause goes on; speaking again makes its answer
   * void. A rejection is logged and counts as `fallbackSilenceMs`.
   *
   * @returns milliseconds of silence, counted from the last voiced frame
   */
  endOfTurnAfterMs(pause: Pause): number | Promise<number>;
}

/** What ends a turn when a detector fails. */
export const fallbackSilenceMs = 700;

/** Every pause of `silenceMs` (default 500) ends the turn. */
export function silenceTurnDetector({
  silenceMs = 500,
}: { readonly silenceMs?: number } = {}): TurnDetector {
  return { name: "silence", endOfTurnAfterMs: () => silenceMs };
}
