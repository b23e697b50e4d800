import type { ErrorCode } from "@metered/llmrtc-core";
import type { Transferable } from "node:worker_threads";

/**
 * One yield of a job. Between two yields another job may be worked on, or the job be cancelled; so
 * yield at least every 50 ms of work, `{}` when there is nothing to tell.
 */
export interface Step<Result> {
  /** Goes to whoever reads the job. */
  readonly result?: Result;
  /** Buffers inside `result` that are moved, not copied. */
  readonly transfer?: readonly Transferable[];
  /** From now on the job is due at this time (`now()` milliseconds). */
  readonly dueAt?: number;
  /** Nothing follows. The job ends without being asked again, which spares its reader a wait. */
  readonly last?: true;
}

/** What a job knows besides its input. */
export interface JobContext {
  /** When the job's first result was due at its start, in `now()` milliseconds. */
  readonly dueAt: number;
}

/** What a worker module hands to `serveJobs` once its models are loaded and warm. */
export interface JobServer<Input, Result, Info> {
  /** Plain data for the main thread, e.g. which runtime was chosen. */
  readonly info: Info;
  /** Leaving early (cancelled) runs its `finally` blocks. What it throws rejects this job alone. */
  run(input: Input, context: JobContext): AsyncGenerator<Step<Result>, void>;
}

export type ToWorker<Input> =
  | {
      readonly type: "job";
      readonly id: number;
      readonly input: Input;
      readonly dueAt: number;
      readonly window: number;
    }
  | { readonly type: "credit"; readonly id: number; readonly count: number }
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "close" };

/** An error in a form that every thread can rebuild. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

export type FromWorker<Result, Info> =
  | { readonly type: "ready"; readonly info: Info }
  | { readonly type: "unready"; readonly failure: Failure }
  | {
      readonly type: "step";
      readonly id: number;
      readonly dueAt: number;
      readonly results: readonly Result[];
    }
  | { readonly type: "end"; readonly id: number; readonly failure?: Failure };
