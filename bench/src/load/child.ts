import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A process of its own that answers one question at a time. */
export class Child {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves once it says that it is ready. */
  static async start(
    script: string,
    args: readonly string[],
    execArgv: readonly string[] = [],
  ): Promise<Child> {
    const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;
    const child = new Child(fork(script, args, { execArgv: [...execArgv], stdio: [...stdio] }));
    await child.#answer();
    return child;
  }

  tell(message: object): void {
    this.#child.send(message);
  }

  async ask<Answer>(message: object): Promise<Answer> {
    const answer = this.#answer();
    this.#child.send(message);
    return (await answer) as Answer;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
  }

  async #answer(): Promise<unknown> {
    const stop = new AbortController();
    const gone = once(this.#child, "exit", stop).then(([code]) => {
      throw new Error(`a process ended with ${String(code)}`);
    });
    const told = once(this.#child, "message", stop) as Promise<[unknown]>;
    try {
      const [answer] = await Promise.race([told, gone]);
      return answer;
    } finally {
      gone.catch(() => undefined);
      told.catch(() => undefined);
      stop.abort();
    }
  }
}
