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

/** A voice that has just stopped is waited for so much longer: then it pauses, or goes on. */
const pauseMs = 100;

/** The ear tells a pause when it has lasted so long, about. */
const foundMs = 64;
/** A pause that lasts so long is none between two words: only then the agent goes on. */
const sureMs = 160;

/** One voice over the agent, and what is found out about it until it is judged. */
export class Contest {
  readonly #options: ContestOptions;
  readonly #sound: Pcm[] = [];
  #voiceMs: number;
  #words: string | undefined;
  /** Frame by frame; `#paused` when the ear takes it for a pause. */
  #silent = false;
  #paused = false;
  #pausedAt = 0;
  #final = false;
  #stage: "early" | "due" | "last" = "early";
  #toldUnclear = false;
  #over = false;
  #cancel: () => void;
  #cancelNothing: (() => void) | undefined;

  constructor(options: ContestOptions) {
    const { sinceMs, withinMs } = options;
    this.#options = options;
    this.#voiceMs = sinceMs;
    this.#cancel = this.#after(Math.max(0, withinMs - sinceMs));
  }

  /**
   * More of the sound.
   *
   * @param pcm 16 kHz mono
   * @param voiceMs as far as the voice goes in it: what does not grow has fallen silent
   */
  hear(pcm: Pcm, voiceMs: number): void {
    this.#sound.push(pcm);
    if (voiceMs === 0) return; // from before the voice
    this.#silent = voiceMs <= this.#voiceMs;
    this.#voiceMs = Math.max(this.#voiceMs, voiceMs);
  }

  /** The voice has been silent for a moment. */
  pause(): void {
    this.#paused = true;
    this.#pausedAt = this.#clock.now() - foundMs;
    this.#ask();
  }

  /** The voice goes on: all is open again. */
  resume(): void {
    this.close();
    this.#over = false;
    this.#silent = false;
    this.#paused = false;
    this.#stage = "early";
    this.#toldUnclear = false;
    this.#cancel = this.#after(this.#options.withinMs);
  }

  /** What is understood so far. */
  understand(words: string): void {
    this.#words = words;
    this.#ask();
  }

  /** All that was said. @returns whether it is a turn, as far as could be found out */
  async conclude(words: string): Promise<"turn" | "nothing"> {
    this.close();
    this.#words = words;
    this.#final = true;
    this.#paused = true;
    return (await this.#judge()) === "nothing" ? "nothing" : "turn";
  }

  /** It does not matter any more. */
  close(): void {
    this.#over = true;
    this.#cancel();
    this.#cancelNothing?.();
  }

  get #clock(): Clock {
    return this.#options.clock ?? systemClock;
  }

  #after(ms: number, justStopped = false): () => void {
    return this.#clock.after(ms, () => {
      if (this.#silent && !this.#paused && !justStopped) {
        this.#cancel = this.#after(pauseMs, true);
        return;
      }
      this.#stage = this.#stage === "early" ? "due" : "last";
      if (this.#stage === "due") this.#cancel = this.#after(moreMs);
      this.#ask();
    });
  }

  #ask(): void {
    if (this.#over) return;
    void this.#judge().then((verdict) => {
      if (this.#over) return;
      if (verdict === "unclear") this.#wait();
      else if (verdict === "turn") this.#decide(verdict);
      else this.#decideWhenSure();
    });
  }

  #decide(verdict: "turn" | "nothing"): void {
    this.close();
    this.#options.decide(verdict);
  }

  #decideWhenSure(): void {
    const restMs = this.#pausedAt + sureMs - this.#clock.now();
    this.#cancelNothing?.();
    this.#cancelNothing = this.#clock.after(Math.max(0, restMs), () => {
      this.#decide("nothing");
    });
  }

  /** Once the time is up, and the voice does not go on, the agent does. */
  #wait(): void {
    const goesOn = !this.#paused && this.#stage !== "last";
    if (this.#stage === "early" || goesOn || this.#toldUnclear) return;
    this.#toldUnclear = true;
    this.#options.decide("unclear");
  }

  async #judge(): Promise<InterruptionVerdict> {
    const { detector, agent, logger = silentLogger } = this.#options;
    try {
      return await detector.judge({
        voiceMs: this.#voiceMs,
        over: this.#paused,
        words: this.#words,
        wordsFinal: this.#final,
        due: this.#stage !== "early",
        sound: this.#sound,
        ...agent(),
      });
    } catch (error) {
      logger.warn({ error, detector: detector.name }, "interruption detector failed");
      return "unclear";
    }
  }
}
