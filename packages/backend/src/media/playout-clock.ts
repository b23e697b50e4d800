import { frameMs } from "@metered/llmrtc-core";

/** Steady time and a timer; tests bring their own. */
export interface Ticker {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Calls `tick` once after about `ms`. Returns what stops it. */
  after(ms: number, tick: () => void): () => void;
}

const systemTicker: Ticker = {
  now: () => performance.now(),
  after(ms, tick) {
    const timer = setTimeout(tick, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/**
 * The one 20 ms beat of all calls. Beats are counted from the first one, so that late timers do
 * not add up; it runs only while somebody listens.
 */
export class PlayoutClock {
  readonly #ticker: Ticker;
  readonly #listeners = new Set<(beats: number) => void>();
  #startedAt = 0;
  #beats = 0;
  #stop: (() => void) | undefined;

  constructor(ticker: Ticker = systemTicker) {
    this.#ticker = ticker;
  }

  /** Whether a timer runs. */
  get running(): boolean {
    return this.#stop !== undefined;
  }

  /**
   * @param listener gets the number of 20 ms beats since it was last called: 1, or more after the
   * event loop stood still
   * @returns what ends it
   */
  subscribe(listener: (beats: number) => void): () => void {
    this.#listeners.add(listener);
    if (this.#stop === undefined) {
      this.#startedAt = this.#ticker.now();
      this.#beats = 0;
      this.#schedule();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  #schedule(): void {
    const nextAt = this.#startedAt + (this.#beats + 1) * frameMs;
    this.#stop = this.#ticker.after(Math.max(0, nextAt - this.#ticker.now()), () => {
      this.#beat();
    });
  }

  #beat(): void {
    const due = Math.floor((this.#ticker.now() - this.#startedAt) / frameMs);
    const beats = due - this.#beats;
    this.#beats = due;
    this.#schedule(); // first, so that a listener that throws or leaves finds the clock in order
    if (beats <= 0) return;
    for (const listener of [...this.#listeners]) listener(beats);
  }
}
