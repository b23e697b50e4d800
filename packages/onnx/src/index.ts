export * from "./clock.ts";
export type { JobContext, JobServer, Step } from "./jobs/contract.ts";
export { WorkerPool, type JobOptions, type PoolOptions } from "./jobs/pool.ts";
export { serveJobs } from "./jobs/serve.ts";
export * from "./jobs/urgency.ts";
export {
  loadRuntime,
  type Runtime,
  type RuntimeInfo,
  type RuntimeKind,
  type RuntimeOptions,
} from "./runtime/runtime.ts";
export type { ModelOptions, Outputs, Session } from "./runtime/session.ts";
export * from "./runtime/tensor.ts";
