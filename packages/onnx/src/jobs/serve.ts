import { parentPort, workerData, type MessagePort, type Transferable } from "node:worker_threads";
import { LLMRTCError } from "@metered/llmrtc-core";
import type { FromWorker, JobServer, Step, ToWorker } from "./contract.ts";
import { toFailure } from "./failure.ts";
import { mostUrgent } from "./urgency.ts";

interface RunningJob<Result> {
  readonly id: number;
  readonly steps: AsyncGenerator<Step<Result>, void>;
  dueAt: number;
  credit: number;
  cancelled: boolean;
}

/**
 * Makes this worker module serve the jobs of a `WorkerPool`. Call it once, at top level.
 *
 * Jobs take turns: after each yield the one that is due first, and whose reader has room, goes on.
 *
 * @param load loads and warms the models; gets the pool's `setup`
 * @example
 * serveJobs(async (setup: { model: string }) => {
 *   const runtime = await loadRuntime();
 *   const session = await runtime.open(new URL(setup.model), { outputs: { y: "float32" } });
 *   return {
 *     info: runtime.info,
 *     async *run(input: Float32Array) {
 *       const { y } = await session.run({ x: floats(input) });
 *       yield { result: y.data };
 *     },
 *   };
 * });
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- lets `load` say its setup
export function serveJobs<Setup, Input, Result, Info>(
  load: (setup: Setup) => Promise<JobServer<Input, Result, Info>>,
): void {
  if (!parentPort) throw new LLMRTCError("INVALID_STATE", "serveJobs belongs into a worker module");
  const port = parentPort;
  load(workerData as Setup).then(
    (server) => {
      serve(port, server);
    },
    (error: unknown) => {
      port.postMessage({ type: "unready", failure: toFailure(error) });
      port.close();
    },
  );
}

function serve<Input, Result, Info>(
  port: MessagePort,
  server: JobServer<Input, Result, Info>,
): void {
  const jobs = new Map<number, RunningJob<Result>>();
  let working = false;

  const post = (message: FromWorker<Result, Info>, transfer?: readonly Transferable[]): void => {
    port.postMessage(message, transfer);
  };

  port.on("message", (message: ToWorker<Input>) => {
    switch (message.type) {
      case "job": {
        const { id, input, dueAt, window } = message;
        const steps = server.run(input, { dueAt });
        jobs.set(id, { id, steps, dueAt, credit: window, cancelled: false });
        break;
      }
      case "credit": {
        const job = jobs.get(message.id);
        if (job) job.credit += message.count;
        break;
      }
      case "cancel": {
        const job = jobs.get(message.id);
        if (job) job.cancelled = true;
        break;
      }
      case "close":
        for (const job of jobs.values()) job.cancelled = true;
        port.close();
    }
    if (!working) void work();
  });

  async function work(): Promise<void> {
    working = true;
    for (;;) {
      await messagesIn();
      const job = [...jobs.values()].find((one) => one.cancelled) ?? mostUrgent(jobs.values());
      if (!job) break;
      await advance(job);
    }
    working = false;
  }

  async function advance(job: RunningJob<Result>): Promise<void> {
    const leaving = job.cancelled;
    try {
      const { done, value } = await (leaving ? job.steps.return() : job.steps.next());
      if (leaving || done) finish(job);
      else {
        if (!job.cancelled) step(job, value);
        if (value.last) await end(job);
      }
    } catch (error) {
      jobs.delete(job.id);
      post({ type: "end", id: job.id, failure: toFailure(error) });
    }
  }

  function step(job: RunningJob<Result>, { result, transfer, dueAt }: Step<Result>): void {
    if (result === undefined && dueAt === undefined) return;
    job.dueAt = dueAt ?? job.dueAt;
    if (result !== undefined) job.credit -= 1;
    const results = result === undefined ? [] : [result];
    post({ type: "step", id: job.id, dueAt: job.dueAt, results }, transfer);
  }

  /** What its `finally` blocks throw rejects the job, as ever. */
  async function end(job: RunningJob<Result>): Promise<void> {
    await job.steps.return();
    finish(job);
  }

  function finish(job: RunningJob<Result>): void {
    jobs.delete(job.id);
    post({ type: "end", id: job.id });
  }

  post({ type: "ready", info: server.info });
}

/** Lets waiting messages in: they are delivered in the poll phase, before the next immediate. */
function messagesIn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
