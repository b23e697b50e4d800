import type { IceServer } from "@metered/llmrtc-core";
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { type Scenario, shortAnswer } from "./scenario.ts";

/** A server in a process of its own, and how long it took until it welcomed a client. */
export class ServerProcess {
  readonly port: number;
  readonly listeningMs: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, listeningMs: number) {
    this.#child = child;
    this.port = port;
    this.listeningMs = listeningMs;
  }

  /** @param args of Node; the port is in the environment variable PORT */
  static async start(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<ServerProcess> {
    const port = await freePort();
    const began = performance.now();
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env, PORT: String(port) },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (text: Buffer) => {
        output = (output + text.toString()).slice(-10_000);
      });
    }
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`the server ended:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return new ServerProcess(child, port, performance.now() - began);
  }

  /** With the bench's fixed providers, on our server or the module that `entry` names. */
  static withFixedProviders(
    entry: string,
    iceServers: readonly IceServer[],
    scenario: Scenario = shortAnswer,
  ): Promise<ServerProcess> {
    const script = fileURLToPath(new URL("agent-server.mjs", import.meta.url));
    return ServerProcess.start([
      script,
      entry,
      JSON.stringify(iceServers),
      JSON.stringify(scenario),
    ]);
  }

  /** What the fixed recogniser hears from now on. */
  willHear(text: string): void {
    this.#child.send({ text });
  }

  get signallingUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }
}

/** Whether a client is welcomed. A server may open its port before it is ready for that. */
async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const settle = (welcomed: boolean): void => {
      socket.terminate();
      resolve(welcomed);
    };
    socket.once("message", () => {
      settle(true);
    });
    socket.once("error", () => {
      settle(false);
    });
    socket.once("close", () => {
      settle(false);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
