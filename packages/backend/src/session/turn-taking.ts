import {
  defaultTurnTaking,
  type InterruptionDetector,
  interruptionDetector,
  type InterruptionDetectorOptions,
  type TurnTaking,
} from "@metered/llmrtc-core";

/** What happens when the caller is heard while the agent speaks or thinks. */
export interface InterruptionOptions extends InterruptionDetectorOptions {
  /** False: replies are spoken to their end, and what is said meanwhile is answered then. Default true. */
  readonly allowed?: boolean | undefined;
  /** From the start of the voice until the agent goes on or is stopped. Default 600. */
  readonly judgeWithinMs?: number | undefined;
  /**
   * Who goes on this soon after the reply became audible had been cut off: the reply is withdrawn, and
   * all that he says is one turn. Default 1000.
   */
  readonly withdrawWithinMs?: number | undefined;
}

/** The options as the turns of a call take them. */
export function turnTakingOf({
  interruptions = {},
  interruptionDetector: detector,
  preemptive = defaultTurnTaking.preemptive,
}: {
  readonly interruptions?: InterruptionOptions | undefined;
  readonly interruptionDetector?: InterruptionDetector | undefined;
  readonly preemptive?: TurnTaking["preemptive"] | undefined;
}): TurnTaking {
  const { allowed, judgeWithinMs, withdrawWithinMs } = interruptions;
  return {
    interruptible: allowed ?? defaultTurnTaking.interruptible,
    judgeWithinMs: judgeWithinMs ?? defaultTurnTaking.judgeWithinMs,
    withdrawWithinMs: withdrawWithinMs ?? defaultTurnTaking.withdrawWithinMs,
    interruptionDetector: detector ?? interruptionDetector(interruptions),
    preemptive,
  };
}
