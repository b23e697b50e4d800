import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { quietEnvironment } from "./cli-server.ts";

const main = fileURLToPath(new URL("../../packages/backend/dist/cli/main.js", import.meta.url));

export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command of `llmrtc-backend` to its end. */
export function runCli(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Record<string, string> },
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...quietEnvironment, ...env } };
    const child = execFile(process.execPath, [main, ...args], options, (_error, output, errors) => {
      resolve({ code: child.exitCode ?? -1, output, errors });
    });
  });
}
