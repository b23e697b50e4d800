import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Diagnosis } from "./doctor-finding.ts";
import type { DoctorOptions } from "./doctor.ts";

const program = fileURLToPath(new URL("./doctor-process.js", import.meta.url));
/** Each name that is being looked up has a thread: those that wait in vain leave the others theirs. */
const threads = "64";

/** What can be told to another process. */
export type DoctorArguments = Omit<DoctorOptions, "fetch" | "withinMs">;

/**
 * `diagnose` with this process's variables, in a process of its own that ends with its answer. Nothing ends
 * a look-up that has begun, and Node waits for it even in `process.exit`: ten seconds with a dead resolver.
 *
 * @throws {Error} when the checks end without an answer, which is a fault of ours
 */
export async function diagnoseApart(options: DoctorArguments): Promise<Diagnosis> {
  const child = fork(program, [JSON.stringify(options), String(performance.timeOrigin)], {
    env: { UV_THREADPOOL_SIZE: threads, ...process.env },
  });
  const done = new AbortController();
  try {
    return await Promise.race([answerOf(child, done), endOf(child, done)]);
  } finally {
    done.abort();
    child.kill("SIGKILL");
  }
}

async function answerOf(child: ChildProcess, { signal }: AbortController): Promise<Diagnosis> {
  const [answer] = (await once(child, "message", { signal })) as [Diagnosis];
  return answer;
}

async function endOf(child: ChildProcess, { signal }: AbortController): Promise<never> {
  const [code] = (await once(child, "exit", { signal })) as [number | null];
  throw new Error(`The checks ended without an answer (${code ?? "killed"})`);
}
