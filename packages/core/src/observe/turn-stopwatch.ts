import type { TurnTimings } from "../protocol/turn-timings.ts";

/** What is timed, in the order of an ordinary turn. */
export type TurnStage =
  | "endOfTurnMs"
  | "transcriptMs"
  | "llmFirstTokenMs"
  | "firstSentenceMs"
  | "ttsFirstByteMs"
  | "firstFrameMs"
  | "audibleMs";

/** How a turn's speech ended. */
export interface EndOfSpeech {
  /** From the last voiced frame to now. */
  readonly silenceMs: number;
  /** Who or what ended it, e.g. `silence`. */
  readonly reason: string;
}

/** How much of a reply was heard. */
export interface HeardReply {
  readonly spokenMs: number;
  readonly heardMs: number;
  readonly attested: boolean;
  readonly interrupted: boolean;
}

/** Takes one turn's times. Of each stage the first mark counts. */
export class TurnStopwatch {
  readonly #from: TurnTimings["from"];
  readonly #now: () => number;
  readonly #marks: { [Stage in TurnStage]?: number } = {};
  #zero: number;
  #reason: string | undefined;
  #preemptive = false;
  #reply: HeardReply = { spokenMs: 0, heardMs: 0, attested: false, interrupted: false };

  /** Starts at once; `speechEnded` moves the start. `now` is in milliseconds. */
  constructor(from: TurnTimings["from"], now: () => number = () => performance.now()) {
    this.#from = from;
    this.#now = now;
    this.#zero = now();
  }

  /** The caller has finished: times count from his last voiced frame. */
  speechEnded({ silenceMs, reason }: EndOfSpeech): void {
    this.#zero = this.#now() - silenceMs;
    this.#reason = reason;
    this.mark("endOfTurnMs");
  }

  /** @param agoMs how long ago it happened; 0 */
  mark(stage: TurnStage, agoMs = 0): void {
    this.#marks[stage] ??= this.#now() - agoMs;
  }

  /** The model had been asked before. */
  guessed(): void {
    this.#preemptive = true;
  }

  /** The reply is over. */
  replied(reply: HeardReply): void {
    this.#reply = reply;
  }

  /** In whole milliseconds. What was done on a guess, before the caller's last word, counts as 0. */
  get timings(): TurnTimings {
    const marks = Object.entries(this.#marks).map(([stage, at]) => {
      return [stage, Math.max(0, Math.round(at - this.#zero))] as const;
    });
    const { spokenMs, heardMs, attested, interrupted } = this.#reply;
    return {
      from: this.#from,
      ...Object.fromEntries(marks),
      ...(this.#reason !== undefined && { endOfTurnReason: this.#reason }),
      spokenMs: Math.round(spokenMs),
      heardMs: Math.round(heardMs),
      attested,
      interrupted,
      ...(this.#preemptive && { preemptive: true }),
    };
  }
}
