import { setImmediate } from "node:timers/promises";

/** Holds a worker inside a step until it is opened. */
export class Gate {
  readonly #cells = new Int32Array(new SharedArrayBuffer(8));

  /** A job for `fixtures/tasks.mjs` that blocks its thread. */
  job(name = "hold"): Task {
    return { do: "hold", name, gate: this.#cells.buffer };
  }

  /** Waits until a worker is held. */
  async held(workers = 1): Promise<void> {
    while (Atomics.load(this.#cells, 1) < workers) await setImmediate();
  }

  open(): void {
    Atomics.store(this.#cells, 0, 1);
    Atomics.notify(this.#cells, 0);
  }
}

export interface Task {
  readonly do: "hold" | "count" | "fail" | "crash" | "length" | "last" | "log";
  readonly name: string;
  readonly gate?: ArrayBufferLike;
  readonly steps?: number;
  readonly silent?: boolean;
  readonly everyMs?: number;
  readonly error?: unknown;
  readonly samples?: Float32Array;
}
