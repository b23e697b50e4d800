import type { Heard } from "./heard.ts";

/** What is known when the caller has been silent for about 60 ms. */
export interface Pause {
  /** From the start of speech to its last voiced frame. */
  readonly speechMs: number;
  /** Earlier silences of this call after which the caller went on, oldest first, at most 16; ms. */
  readonly earlierPausesMs: readonly number[];
  /** How far the caller's voice stands out of what else is heard, in dB. Undefined: not known yet. */
  readonly clarityDb: number | undefined;
  /** Aborts when the caller goes on: the answer is void then. */
  readonly signal: AbortSignal;
  /** What was said up to the pause, as far as it is understood; undefined when nobody can tell yet. */
  words(): Promise<string | undefined>;
}

/** Decides for one caller how long a silence must last before his turn is over. */
export interface TurnListener {
  /** Told all that the ear reports, in order: for detectors that listen themselves. */
  hear?(heard: Heard): void;
  /**
   * Asked once at each pause. While it thinks the pause goes on; speaking again makes its answer
   * void. A rejection is logged and counts as `fallbackSilenceMs`.
   *
   * @returns milliseconds of silence, counted from the last voiced frame
   */
  endOfTurnAfterMs(pause: Pause): number | Promise<number>;
  /** Why the last answer was what it was, for timings, e.g. `unfinished: filler`. Never words said. */
  readonly reason?: string | undefined;
  /** The call is over. */
  close?(): void;
}

/** A detector that treats every pause by itself: one function. */
export interface TurnRule {
  /** For logs, e.g. `silence`. */
  readonly name: string;
  endOfTurnAfterMs: TurnListener["endOfTurnAfterMs"];
}

/** A detector that remembers something of each caller. */
export interface ListeningTurnDetector {
  /** For logs, e.g. `semantic`. */
  readonly name: string;
  /** Called once for each call. */
  open(): TurnListener;
}

/** Decides when a caller's turn is over. One serves all calls. */
export type TurnDetector = TurnRule | ListeningTurnDetector;

/** What ends a turn when a detector fails. */
export const fallbackSilenceMs = 700;

/** Every pause of `silenceMs` (default 500) ends the turn. */
export function silenceTurnDetector({
  silenceMs = 500,
}: { readonly silenceMs?: number } = {}): TurnRule {
  return { name: "silence", endOfTurnAfterMs: () => silenceMs };
}
