import { voiceFrameMs } from "../providers/vad.ts";
import type { Logger } from "../logger.ts";
import type { Heard } from "./heard.ts";
import {
  fallbackSilenceMs,
  type Pause,
  type TurnDetector,
  type TurnListener,
} from "./turn-detector.ts";

/** Silences that are remembered of a caller. */
const mostPauses = 16;
/** Who speaks again so soon after the end of his turn had been cut off. */
const cutOffMs = 1_000;

export interface AskingOptions {
  readonly detector: TurnDetector;
  readonly words: (signal: AbortSignal) => Promise<string | undefined>;
  /** Told when the pause has been judged and still runs. */
  readonly onJudged?: ((afterMs: number) => void) | undefined;
  readonly logger: Logger;
}

/** Asks the turn detector at each pause of one caller, and keeps what it may want to know of him. */
export class Asking {
  readonly #options: AskingOptions;
  readonly #listener: TurnListener;
  readonly #pausesMs: number[] = [];
  #question: AbortController | undefined;
  #answer: number | undefined;
  #reason: string | undefined;

  constructor(options: AskingOptions) {
    this.#options = options;
    const { detector } = options;
    this.#listener = "open" in detector ? detector.open() : detector;
  }

  hear(heard: Heard): void {
    try {
      this.#listener.hear?.(heard);
    } catch (error) {
      this.#failed(error);
    }
  }

  ask(known: Pick<Pause, "speechMs" | "clarityDb">): void {
    const question = new AbortController();
    const { signal } = question;
    this.#question = question;
    void this.#think({
      ...known,
      signal,
      earlierPausesMs: [...this.#pausesMs],
      words: () => this.#options.words(signal),
    });
  }

  /** The detector's answer to the pause that runs, in frames of silence; given out once. */
  takeAnswer(): number | undefined {
    const answer = this.#answer;
    this.#answer = undefined;
    return answer;
  }

  /** Why the detector answered so to the pause that runs; undefined when it does not say. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** The caller went on after `silenceMs`. */
  wentOn(silenceMs: number): void {
    this.over();
    this.#pausesMs.push(silenceMs);
    if (this.#pausesMs.length > mostPauses) this.#pausesMs.shift();
  }

  /** The caller speaks again, so long after the last voice of his last turn. */
  cameBack(silenceMs: number): void {
    if (silenceMs <= cutOffMs) this.wentOn(silenceMs);
  }

  /** Whatever was asked does not matter any more. */
  over(): void {
    this.#question?.abort(new Error("the pause is over"));
    this.#question = undefined;
    this.#answer = undefined;
    this.#reason = undefined;
  }

  close(): void {
    this.over();
    this.#listener.close?.();
  }

  async #think(pause: Pause): Promise<void> {
    let silenceMs = fallbackSilenceMs;
    let reason: string | undefined;
    try {
      silenceMs = await this.#listener.endOfTurnAfterMs(pause);
      reason = this.#listener.reason;
    } catch (error) {
      if (!pause.signal.aborted) this.#failed(error);
    }
    if (pause.signal.aborted) return;
    this.#answer = Math.max(1, Math.ceil(silenceMs / voiceFrameMs));
    this.#reason = reason;
    this.#options.onJudged?.(this.#answer * voiceFrameMs);
  }

  #failed(error: unknown): void {
    const { logger, detector } = this.#options;
    logger.warn({ error, detector: detector.name }, "turn detector failed");
  }
}
