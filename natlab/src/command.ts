import { execFile } from "node:child_process";

/**
 * Runs a program to its end.
 *
 * @returns what it wrote to standard output
 * @throws with its last words when it fails
 */
export function command(
  program: string,
  args: readonly string[],
  { input, env }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      { ...(env && { env: { ...process.env, ...env } }) },
      (error, output, errors) => {
        if (!error) resolve(output);
        else {
          const what = `${program} ${args.join(" ")}`;
          reject(new Error(`${what} failed: ${errors || output}`, { cause: error }));
        }
      },
    );
    child.stdin?.on("error", () => undefined); // a program that fails at once: its exit code tells
    child.stdin?.end(input ?? "");
  });
}
