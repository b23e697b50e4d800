import { type Clock, systemClock } from "../clock.ts";
import {
  nextDue,
  nextSilence,
  silenceAt,
  type Silence,
  type SilenceAction,
  type SilenceEvent,
  type SilenceRules,
} from "./silence.ts";

export interface SilenceWatchOptions {
  readonly rules: SilenceRules;
  readonly act: (action: SilenceAction) => void;
  readonly clock?: Clock;
}

/** Keeps the silence rules of one call: told what happens, it acts when it is time. */
export class SilenceWatch {
  readonly #rules: SilenceRules;
  readonly #act: (action: SilenceAction) => void;
  readonly #clock: Clock;
  #silence: Silence;
  #cancel: (() => void) | undefined;

  constructor({ rules, act, clock = systemClock }: SilenceWatchOptions) {
    this.#rules = rules;
    this.#act = act;
    this.#clock = clock;
    this.#silence = silenceAt(clock.now());
  }

  tell(type: SilenceEvent["type"]): void {
    const now = this.#clock.now();
    const { silence, action } = nextSilence(this.#silence, { type }, now, this.#rules);
    this.#silence = silence;
    this.#cancel?.();
    const due = nextDue(silence, this.#rules);
    this.#cancel =
      due &&
      this.#clock.after(Math.max(0, due.at - now), () => {
        this.tell("time");
      });
    if (action) this.#act(action);
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
