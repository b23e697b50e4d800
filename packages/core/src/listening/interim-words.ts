import { type Clock, systemClock } from "../clock.ts";
import type { STTProvider } from "../providers/stt.ts";

/** A recogniser that answers pauses is worth waiting for: with its text the turn can end sooner. */
const answerMs = 1_000;
/** Others get as long as costs nothing: they are asked at 64 ms of silence, and no turn ends before 250. */
const nextMs = 150;

/** What is understood of one utterance so far, for whoever wants to know at a pause. */
export class InterimWords {
  readonly #answersPauses: boolean;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #text: string | undefined;

  constructor(
    { marksPauses = false }: Pick<STTProvider, "marksPauses">,
    { clock = systemClock }: { readonly clock?: Clock } = {},
  ) {
    this.#answersPauses = marksPauses;
    this.#clock = clock;
  }

  /** Takes what `transcribe` reports. */
  hear(text: string, atPause: boolean): void {
    this.#text = text;
    if (atPause || !this.#answersPauses) this.#wake();
  }

  /**
   * Asked at a pause that was just marked.
   *
   * @returns the newest text, soon; undefined when nothing was understood yet
   */
  async atPause(signal: AbortSignal): Promise<string | undefined> {
    if (!signal.aborted) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(this.#answersPauses ? answerMs : nextMs, resolve);
        const done = (): void => {
          cancel();
          resolve();
        };
        this.#waiting.add(done);
        signal.addEventListener("abort", done, { once: true });
      });
    }
    return this.#text;
  }

  /** Nothing more will be understood. */
  end(): void {
    this.#wake();
  }

  #wake(): void {
    for (const done of this.#waiting) done();
    this.#waiting.clear();
  }
}
