import { Worker } from "node:worker_threads";
import { LLMRTCError } from "@metered/llmrtc-core";
import type { FromWorker, ToWorker } from "./contract.ts";
import { fromFailure } from "./failure.ts";
import type { Job } from "./job.ts";
import { mostUrgent } from "./urgency.ts";

export interface ThreadOptions {
  readonly name: string;
  readonly entry: URL;
  readonly setup: unknown;
}

export interface ThreadEvents<Input, Result, Info> {
  /** It can take jobs, a job ended, or a job's reader fell behind: look for more work. */
  available(): void;
  /** A job ended well. */
  succeeded(): void;
  /** The thread is no more. Its jobs have been failed. `started`: it had been ready before. */
  gone(thread: Thread<Input, Result, Info>, error: LLMRTCError, started: boolean): void;
}

/** How long a closing thread may take to finish its current step before it is stopped by force. */
const graceMs = 2_000;

/** One worker thread and the jobs that it was given. */
export class Thread<Input, Result, Info> {
  readonly jobs = new Map<number, Job<Input, Result>>();
  readonly ready: Promise<Info>;
  readonly exited: Promise<unknown>;
  readonly #worker: Worker;
  readonly #name: string;
  readonly #events: ThreadEvents<Input, Result, Info>;
  #started = false;

  constructor({ name, entry, setup }: ThreadOptions, events: ThreadEvents<Input, Result, Info>) {
    this.#name = name;
    this.#events = events;
    // Flags of the main program are not for it: `--input-type` would keep the entry from loading.
    const worker = new Worker(entry, { workerData: setup, name, execArgv: [] });
    this.#worker = worker;
    let why: unknown;
    this.ready = new Promise((resolve, reject) => {
      worker.on("message", (message: FromWorker<Result, Info>) => {
        if (message.type === "unready") why = fromFailure(message.failure);
        else if (message.type === "ready") {
          this.#started = true;
          resolve(message.info);
          this.#changed();
        } else this.#heard(message);
      });
      worker.on("exit", () => {
        const error = this.#stopped(why);
        for (const job of this.jobs.values()) job.end(error);
        this.jobs.clear();
        events.gone(this, error, this.#started);
        reject(error);
      });
    });
    this.ready.catch(() => undefined); // told to the pool through `gone` as well
    this.exited = new Promise((resolve) => worker.once("exit", resolve));
    worker.on("error", (error) => {
      why = error;
    });
  }

  get started(): boolean {
    return this.#started;
  }

  /** The job that the worker is busy with, as far as is known here. */
  get front(): Job<Input, Result> | undefined {
    return mostUrgent([...this.jobs.values()].filter((job) => !job.over));
  }

  give(job: Job<Input, Result>): void {
    this.jobs.set(job.id, job);
    this.#worker.ref();
    const { id, input, dueAt, window, transfer } = job.request;
    this.#post({ type: "job", id, input, dueAt, window }, transfer);
  }

  /** One more result of the job was read. */
  credit(job: Job<Input, Result>): void {
    if (!this.jobs.has(job.id)) return;
    const count = job.read();
    if (count > 0) this.#post({ type: "credit", id: job.id, count });
  }

  /** The worker stops at its next step. Until then the job stays on the list. */
  cancel(job: Job<Input, Result>): void {
    if (this.jobs.has(job.id)) this.#post({ type: "cancel", id: job.id });
  }

  /** Lets the current step end, then the thread. */
  async close(): Promise<void> {
    this.#worker.ref();
    this.#post({ type: "close" });
    const force = setTimeout(() => void this.#worker.terminate(), graceMs);
    await this.exited;
    clearTimeout(force);
  }

  #heard(message: Extract<FromWorker<Result, Info>, { readonly id: number }>): void {
    const job = this.jobs.get(message.id);
    if (message.type === "step") {
      job?.arrived(message.results, message.dueAt);
    } else {
      this.jobs.delete(message.id);
      job?.end(message.failure && fromFailure(message.failure));
      if (!message.failure) this.#events.succeeded();
    }
    this.#changed();
  }

  /** An idle worker must not keep the process alive. */
  #changed(): void {
    this.#events.available();
    if (this.jobs.size === 0) this.#worker.unref();
  }

  #stopped(why: unknown): LLMRTCError {
    if (why instanceof LLMRTCError) return why;
    const detail = why instanceof Error ? `: ${why.message}` : "";
    return new LLMRTCError("MODEL_ERROR", `The ${this.#name} worker stopped${detail}`, {
      cause: why,
    });
  }

  #post(message: ToWorker<Input>, transfer: Parameters<Worker["postMessage"]>[1] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
