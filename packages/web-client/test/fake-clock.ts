import type { Clock } from "@metered/llmrtc-core";

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that moves only when told to. */
export class FakeClock implements Clock {
  #now = 1000;
  #alarms: readonly Alarm[] = [];

  /** Timers that still run: zero after everything has been closed. */
  get pending(): number {
    return this.#alarms.length;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const alarm = { at: this.#now + ms, callback };
    this.#alarms = [...this.#alarms, alarm];
    return () => {
      this.#alarms = this.#alarms.filter((one) => one !== alarm);
    };
  }

  /** Rings what is due, in order, also what that sets. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#alarms.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#now = due.at;
      this.#alarms = this.#alarms.filter((one) => one !== due);
      due.callback();
    }
    this.#now = end;
  }
}
