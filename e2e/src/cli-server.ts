import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../packages/backend/dist/cli/main.js", import.meta.url));

/** Nothing listens on the discard port of this machine, so no model server is found. */
const nobody = "http://127.0.0.1:9";

/** Nothing of the developer's own environment reaches the server: no key, no proxy, no model. */
export const quietEnvironment = {
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  ICE_SERVERS: "[]",
  OLLAMA_BASE_URL: nobody,
  LMSTUDIO_BASE_URL: `${nobody}/v1`,
};

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server in a process of its own: the real one, as `llmrtc-backend` starts it, or another program. */
export class CliServer {
  /** Everything that it printed so far, both streams. */
  output = "";
  /** What of it went to standard error. */
  errors = "";
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #look: () => void = () => undefined;

  constructor(args: readonly string[], env: Record<string, string> = {}, program = main) {
    this.#child = spawn(process.execPath, [program, ...args], {
      env: { ...quietEnvironment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
        if (stream === this.#child.stderr) this.errors += text;
        this.#look();
      });
    }
    this.exited = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        resolve({ code, signal });
        this.#look();
      });
    });
  }

  /** Starts on a free port and waits until it says where it listens. */
  static async start(env: Record<string, string> = {}): Promise<CliServer> {
    const server = new CliServer(["--port", "0"], env);
    await server.listening();
    return server;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("the server did not start");
    return this.#child.pid;
  }

  get url(): string {
    const url = /https?:\/\/[\w.[\]:-]+:\d+/.exec(this.output)?.[0];
    if (!url) throw new Error(`the server names no address:\n${this.output}`);
    return url;
  }

  get signallingUrl(): string {
    return this.url.replace("http", "ws");
  }

  /** @throws when the server ends instead of listening */
  async listening(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (/https?:\/\/[\w.[\]:-]+:\d+/.test(this.output)) resolve();
        else if (this.#child.exitCode !== null) reject(new Error(this.output));
      };
      this.#look = look;
      look();
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ctrl-C. */
  async stop(): Promise<Exit> {
    this.kill("SIGINT");
    return this.exited;
  }
}
