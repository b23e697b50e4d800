import type { Transferable } from "node:worker_threads";
import type { Urgency } from "./urgency.ts";

export interface JobRequest<Input> {
  readonly id: number;
  readonly input: Input;
  readonly transfer: readonly Transferable[];
  readonly dueAt: number;
  /** How many results may lie unread. */
  readonly window: number;
}

/** A job as its requester sees it: results come in from a worker and are taken by one reader. */
export class Job<Input, Result> implements Urgency {
  readonly request: JobRequest<Input>;
  dueAt: number;
  #results: Result[] = [];
  #end: { readonly error: Error | undefined } | undefined;
  #wake: (() => void) | undefined;
  /** Results read of which the worker was not told. */
  #read = 0;

  constructor(request: JobRequest<Input>) {
    this.request = request;
    this.dueAt = request.dueAt;
  }

  get id(): number {
    return this.request.id;
  }

  get credit(): number {
    return this.request.window - this.#results.length;
  }

  /**
   * One more result was read.
   *
   * @returns how much more room there is for the worker; 0 as long as half the window is left: a message
   * to another thread costs more than many a job
   */
  read(): number {
    this.#read += 1;
    if (this.#read * 2 < this.request.window) return 0;
    const count = this.#read;
    this.#read = 0;
    return count;
  }

  /** Ended, failed or given up: nothing will come any more. */
  get over(): boolean {
    return this.#end !== undefined;
  }

  arrived(results: readonly Result[], dueAt: number): void {
    if (this.over) return;
    this.dueAt = dueAt;
    this.#results.push(...results);
    this.#wake?.();
  }

  /** No more results. The reader gets those that lie here, then `error` if there is one. */
  end(error?: Error): void {
    if (this.over) return;
    this.#end = { error };
    this.#wake?.();
  }

  /** As `end`, but what lies here unread is thrown away. */
  abandon(error?: Error): void {
    this.#results = [];
    this.end(error);
  }

  /** The next result, or `undefined` after the last. Rejects with the error that ended the job. */
  async take(): Promise<{ readonly result: Result } | undefined> {
    for (;;) {
      const [result, ...rest] = this.#results;
      if (result !== undefined) {
        this.#results = rest;
        return { result };
      }
      if (this.#end) {
        if (this.#end.error) throw this.#end.error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
