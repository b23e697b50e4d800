import type { Transferable } from "node:worker_threads";
import { LLMRTCError } from "@metered/llmrtc-core";
import { now } from "../clock.ts";
import { Job } from "./job.ts";
import { Thread } from "./thread.ts";
import { goesBefore } from "./urgency.ts";

export interface PoolOptions {
  /** For error messages and debuggers, e.g. `whisper`. */
  readonly name: string;
  /** A compiled module that calls `serveJobs`. */
  readonly entry: URL;
  /** Handed to the worker's `load`; cloned. */
  readonly setup?: unknown;
  /** Default 1. Each loads its own models. */
  readonly threads?: number;
  /**
   * Waits before the first, second, … restart after crashes in a row; the last one repeats.
   * Default 0, 250, 1000, 5000 ms.
   */
  readonly restartDelaysMs?: readonly number[];
}

export interface JobOptions {
  /** Aborting rejects with `signal.reason` at once; the worker stops at its next step. */
  readonly signal?: AbortSignal | undefined;
  /** How soon the first result is needed, in milliseconds from now. Default 0. */
  readonly dueInMs?: number | undefined;
  /** How many results may lie unread before the job is paused. Default 4, at least 1. */
  readonly window?: number | undefined;
  /** Buffers inside the input that are moved, not copied. */
  readonly transfer?: readonly Transferable[] | undefined;
}

/**
 * Worker threads that share one queue, ordered by deadline.
 *
 * Threads start at the first job or at `ready`. A thread without jobs does not keep the process
 * alive. A crash rejects the jobs in that thread with `MODEL_ERROR`; it is started again for the
 * next job.
 */
export class WorkerPool<Input, Result, Info = undefined> {
  readonly #options: PoolOptions;
  readonly #threads = new Set<Thread<Input, Result, Info>>();
  #queue: Job<Input, Result>[] = [];
  #lastId = 0;
  #crashes = 0;
  #restart: { readonly at: number; timer?: NodeJS.Timeout } = { at: 0 };
  #closing: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Starts all threads and waits until their models are warm.
   *
   * @throws {LLMRTCError} what the worker's `load` threw; `CLOSED` after `close`
   */
  async ready(): Promise<Info> {
    this.#mustBeOpen();
    this.#start();
    const infos = await Promise.all([...this.#threads].map((thread) => thread.ready));
    const [info] = infos;
    if (infos.length === 0) throw new LLMRTCError("INVALID_CONFIG", "A pool needs a thread");
    return info as Info;
  }

  /**
   * Runs a job and hands out its results as they come. Nothing happens before the first pull; leaving
   * the loop cancels the job.
   *
   * @throws {LLMRTCError} the job's own error, `MODEL_ERROR` after a crash, `CLOSED` after `close`
   */
  stream(input: Input, options: JobOptions = {}): AsyncGenerator<Result, void> {
    this.#lastId += 1;
    const { dueInMs = 0, window = 4, transfer = [] } = options;
    const dueAt = now() + dueInMs;
    return this.#read(
      new Job({ id: this.#lastId, input, transfer, dueAt, window: Math.max(1, window) }),
      options.signal,
    );
  }

  /** Runs a job for its last result. @throws {LLMRTCError} as `stream`; `MODEL_ERROR` without one */
  async ask(input: Input, options: JobOptions = {}): Promise<Result> {
    let last: { readonly result: Result } | undefined;
    for await (const result of this.stream(input, options)) last = { result };
    if (!last) throw new LLMRTCError("MODEL_ERROR", `The ${this.#options.name} job has no result`);
    return last.result;
  }

  /** Open jobs, waiting or worked on. */
  get size(): number {
    let size = this.#queue.length;
    for (const { jobs } of this.#threads) size += [...jobs.values()].filter((j) => !j.over).length;
    return size;
  }

  /** Rejects open jobs with `CLOSED` and ends the threads after their current step. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#restart.timer);
    const jobs = [...this.#threads].flatMap((thread) => [...thread.jobs.values()]);
    for (const job of [...this.#queue, ...jobs]) job.abandon(this.#closed());
    this.#queue = [];
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  async *#read(job: Job<Input, Result>, signal?: AbortSignal): AsyncGenerator<Result, void> {
    signal?.throwIfAborted();
    this.#mustBeOpen();
    const abort = (): void => {
      this.#drop(job);
    };
    signal?.addEventListener("abort", abort);
    this.#queue.push(job);
    this.#dispatch();
    try {
      for (let taken = await job.take(); taken; taken = await job.take()) {
        for (const thread of this.#threads) thread.credit(job);
        yield taken.result;
      }
      signal?.throwIfAborted();
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#drop(job);
    }
  }

  #drop(job: Job<Input, Result>): void {
    if (job.over) return;
    job.abandon();
    this.#queue = this.#queue.filter((queued) => queued !== job);
    for (const thread of this.#threads) thread.cancel(job);
    this.#dispatch();
  }

  /** Gives waiting jobs to threads, most urgent first, as long as a thread would start on them. */
  #dispatch(): void {
    if (this.#queue.length === 0 || this.#closing) return;
    this.#startOnTime();
    this.#queue.sort((a, b) => (goesBefore(a, b) ? -1 : 1));
    for (let job = this.#queue[0]; job; job = this.#queue[0]) {
      const thread = this.#threadFor(job);
      if (!thread) return;
      this.#queue.shift();
      thread.give(job);
    }
  }

  /** A thread with nothing to do, else the one whose current job can wait longest. */
  #threadFor(job: Job<Input, Result>): Thread<Input, Result, Info> | undefined {
    const ready = [...this.#threads].filter((thread) => thread.started);
    // A thread orders its own jobs, at every step and without asking: with one that is all.
    if (this.#options.threads === undefined || this.#options.threads === 1) return ready[0];
    const idle =
      ready.find((thread) => thread.jobs.size === 0) ?? ready.find((thread) => !thread.front);
    if (idle) return idle;
    let latest: Thread<Input, Result, Info> | undefined;
    for (const thread of ready) {
      if (!latest?.front || (thread.front && goesBefore(latest.front, thread.front))) {
        latest = thread;
      }
    }
    return latest?.front && goesBefore(job, latest.front) ? latest : undefined;
  }

  #startOnTime(): void {
    const wait = this.#restart.at - now();
    if (wait <= 0) this.#start();
    else
      this.#restart.timer ??= setTimeout(() => {
        this.#start();
      }, wait);
  }

  #start(): void {
    clearTimeout(this.#restart.timer);
    this.#restart = { at: 0 };
    const { name, entry, setup, threads = 1 } = this.#options;
    while (this.#threads.size < threads) {
      const thread = new Thread<Input, Result, Info>(
        { name, entry, setup },
        {
          available: () => {
            this.#dispatch();
          },
          succeeded: () => {
            this.#crashes = 0;
          },
          gone: (gone, error, started) => {
            this.#gone(gone, error, started);
          },
        },
      );
      this.#threads.add(thread);
    }
  }

  #gone(thread: Thread<Input, Result, Info>, error: LLMRTCError, started: boolean): void {
    this.#threads.delete(thread);
    if (this.#closing) return;
    const delays = this.#options.restartDelaysMs ?? [0, 250, 1_000, 5_000];
    this.#restart = { at: now() + (delays[Math.min(this.#crashes, delays.length - 1)] ?? 0) };
    this.#crashes += 1;
    if (!started && this.#threads.size === 0) {
      // It cannot start: whoever waits for it learns that now instead of waiting for ever.
      for (const job of this.#queue.splice(0)) job.end(error);
    }
    this.#dispatch();
  }

  #mustBeOpen(): void {
    if (this.#closing) throw this.#closed();
  }

  #closed(): LLMRTCError {
    return new LLMRTCError("CLOSED", `The ${this.#options.name} pool is closed`);
  }
}
