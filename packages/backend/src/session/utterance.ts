import {
  AsyncQueue,
  type Contest,
  type EndOfSpeech,
  InterimWords,
  type Pcm,
  type SpeechMark,
  type TurnContext,
  type TurnStopwatch,
} from "@metered/llmrtc-core";
import { type UnderstandingOptions, understandSpeech } from "./understanding.ts";

export interface UtteranceOptions extends UnderstandingOptions {
  readonly context: TurnContext;
  readonly stopwatch: TurnStopwatch;
  /** Shows the client what is understood so far. */
  readonly show: (text: string) => void;
  /**
   * The caller has paused after these words.
   *
   * @param likely he has finished, says the turn detector; told anew when it says so
   */
  readonly paused: (text: string, likely: boolean) => void;
  /** He goes on. */
  readonly resumed: () => void;
}

/** So much voice over the agent is enough for a recogniser to tell what it is; then again with more. */
const askEveryMs = 320;

/** A turn detector that waits no longer is nearly sure that the caller has finished. */
const likelyMs = 400;

/** One run of the caller's voice on its way to words. */
export class Utterance {
  readonly #options: UtteranceOptions;
  readonly #sound = new AsyncQueue<Pcm | SpeechMark>();
  readonly #words: InterimWords;
  readonly #dropped = new AbortController();
  #contest: Contest | undefined;
  #pause: AbortController | undefined;
  #atPause: string | undefined;
  #likely = false;
  #askedMs = 0;
  #shown = "";
  #interim = "";

  constructor(options: UtteranceOptions) {
    this.#options = options;
    this.#words = new InterimWords(options.turn.providers.stt);
  }

  get id(): string {
    return this.#options.context.turnId;
  }

  /** What the client was shown of it. */
  get shown(): string {
    return this.#shown;
  }

  /** More of its sound; `voiceMs` as the ear counts it. */
  hear(pcm: Pcm, voiceMs: number): void {
    this.#sound.push(pcm);
    if (!this.#contest) return;
    this.#contest.hear(pcm, voiceMs);
    if (this.#pause || voiceMs < this.#askedMs + askEveryMs) return;
    this.#askedMs = voiceMs;
    if (!this.#options.turn.providers.stt.marksPauses) return;
    for (const mark of ["paused", "resumed"] as const) this.#sound.push(mark);
  }

  pause(): void {
    this.#sound.push("paused");
    this.#atPause = undefined;
    this.#likely = false;
    const pause = new AbortController();
    this.#pause = pause;
    this.#contest?.pause();
    void this.#words.atPause(pause.signal).then((text) => {
      if (pause.signal.aborted || !text) return;
      this.#atPause = text;
      this.#options.paused(text, this.#likely);
    });
  }

  /** The turn detector ends it after so much silence. */
  ending(afterMs: number): void {
    this.#likely = afterMs <= likelyMs;
    if (this.#likely && this.#pause && this.#atPause) this.#options.paused(this.#atPause, true);
  }

  resume(): void {
    this.#sound.push("resumed");
    this.#pause?.abort(new Error("the caller goes on"));
    this.#pause = undefined;
    this.#contest?.resume();
    this.#options.resumed();
  }

  /** What was understood up to the pause that was marked last; undefined when nothing was yet. */
  wordsAtPause(signal: AbortSignal): Promise<string | undefined> {
    return this.#words.atPause(signal);
  }

  /** It is over; absent: it broke off. */
  end(ending?: EndOfSpeech): void {
    if (ending) this.#options.stopwatch.speechEnded(ending);
    this.#sound.end();
  }

  /** Whether it is meant for the agent is to be found out: until then the client sees nothing of it. */
  contestBy(contest: Contest): void {
    this.#contest = contest;
  }

  /** It is meant for the agent. */
  taken(): void {
    if (!this.#contest) return;
    this.#contest.close();
    this.#contest = undefined;
    this.#show(this.#interim);
  }

  /** It was nothing. */
  drop(): void {
    this.#contest?.close();
    this.#pause?.abort(new Error("it was nothing"));
    this.#dropped.abort(new Error("it was nothing"));
    this.#sound.end();
  }

  /** Its words; "" when it was nothing, or hearing failed. */
  async understood(): Promise<string> {
    const { context, stopwatch, signal, ...rest } = this.#options;
    const text = await understandSpeech(context, this.#sound, {
      ...rest,
      signal: AbortSignal.any([signal, this.#dropped.signal]),
      onInterim: (interim, atPause) => {
        this.#interim = interim;
        this.#words.hear(interim, atPause);
        if (this.#contest) this.#contest.understand(interim);
        else this.#show(interim);
      },
    });
    stopwatch.mark("transcriptMs");
    this.#words.end();
    const verdict = await this.#contest?.conclude(text);
    return verdict === "nothing" ? "" : text;
  }

  #show(text: string): void {
    if (!text || this.#dropped.signal.aborted) return;
    this.#shown = text;
    this.#options.show(text);
  }
}
