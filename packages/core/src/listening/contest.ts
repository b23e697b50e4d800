import type { Pcm } from "../audio/pcm.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type Logger, silentLogger } from "../logger.ts";
import type {
  InterruptionDetector,
  InterruptionEvidence,
  InterruptionVerdict,
} from "./interruption-detector.ts";

/** What the agent is doing when a voice is judged. */
export type AgentNow = Pick<InterruptionEvidence, "agentAudible" | "agentWords" | "agentLeftMs">;

export interface ContestOptions {
  readonly detector: InterruptionDetector;
  /** How long the voice has been heard already. */
  readonly sinceMs: number;
  /** From the start of the voice until the agent goes on, or is stopped. */
  readonly withinMs: number;
  readonly agent: () => AgentNow;
  /** Told once a verdict, and `unclear` when time is up. */
  readonly decide: (verdict: InterruptionVerdict) => void;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** A voice that goes on and may become words is waited for so much longer: nobody speaks against it. */
const moreMs = 400;

/** One voice over the agent, and what is found out about it until it is judged. */
export class Contest {
  readonly #options: ContestOptions;
  #cancel: () => void;
  readonly #sound: Pcm[] = [];
  #voiceMs: number;
  #silent = false;
  #words: string | undefined;
  #wordsFinal = false;
  #due = false;
  #toldUnclear = false;
  /** The agent waits no longer, not even for a voice that goes on. */
  #last = false;
  #over = false;

  constructor(options: ContestOptions) {
    this.#options = options;
    const { clock = systemClock, sinceMs, withinMs } = options;
    this.#voiceMs = sinceMs;
    this.#cancel = this.#dueIn(Math.max(0, withinMs - sinceMs), clock);
  }

  /**
   * More of the sound.
   *
   * @param pcm 16 kHz mono
   * @param voiceMs as far as the voice goes in it: what does not grow has fallen silent
   */
  hear(pcm: Pcm, voiceMs: number): void {
    if (this.#over) return;
    this.#sound.push(pcm);
    if (voiceMs === 0) return; // from before the voice
    this.#silent = voiceMs <= this.#voiceMs;
    this.#voiceMs = Math.max(this.#voiceMs, voiceMs);
  }

  /** The voice has been silent for a moment. */
  pause(): void {
    this.#silent = true;
    this.#ask();
  }

  /** What is understood so far. */
  understand(words: string): void {
    this.#words = words;
    this.#ask();
  }

  /** All that was said. @returns whether it is a turn, as far as could be found out */
  async conclude(words: string): Promise<"turn" | "nothing"> {
    this.#words = words;
    this.#wordsFinal = true;
    this.#silent = true;
    const verdict = this.#over ? "unclear" : await this.#judge();
    this.close();
    return verdict === "nothing" ? "nothing" : "turn";
  }

  /** It does not matter any more. */
  close(): void {
    this.#over = true;
    this.#cancel();
  }

  #dueIn(ms: number, clock: Clock): () => void {
    return clock.after(ms, () => {
      this.#last = this.#due;
      this.#due = true;
      this.#ask();
      if (!this.#last) this.#cancel = this.#dueIn(moreMs, clock);
    });
  }

  #ask(): void {
    if (this.#over) return;
    void this.#judge().then((verdict) => {
      if (this.#over) return;
      if (verdict !== "unclear") {
        this.close();
        this.#options.decide(verdict);
      } else if (this.#due && (this.#silent || this.#last) && !this.#toldUnclear) {
        this.#toldUnclear = true;
        this.#options.decide(verdict);
      }
    });
  }

  async #judge(): Promise<InterruptionVerdict> {
    const { detector, agent, logger = silentLogger } = this.#options;
    try {
      return await detector.judge({
        voiceMs: this.#voiceMs,
        over: this.#silent,
        words: this.#words,
        wordsFinal: this.#wordsFinal,
        due: this.#due,
        sound: this.#sound,
        ...agent(),
      });
    } catch (error) {
      logger.warn({ error, detector: detector.name }, "interruption detector failed");
      return "unclear";
    }
  }
}
