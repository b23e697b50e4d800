import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Certificates } from "./certificates.ts";
import type { Lab } from "./lab.ts";
import { program, script } from "./programs.ts";
import type { TurnServer } from "./turn-server.ts";

/** Our server in the lab, with ears of its own and a scripted brain and voice. */
export class Agent {
  readonly #logFile: string;
  #process: ChildProcess | undefined;

  /** Resolves when it takes calls. It ends with the lab. */
  static async start(lab: Lab, certificates: Certificates, turn: TurnServer): Promise<Agent> {
    const agent = new Agent(lab);
    const page = path.join(lab.folder, "call.js");
    writeFileSync(page, await script("call"));
    const log = openSync(agent.#logFile, "a");
    const { authority, certificate, key } = certificates;
    const args = [await program(lab, "agent-process"), certificate, key, page, turn.secret];
    const child = lab.start("agent", process.execPath, args, {
      stdio: ["ignore", log, log, "ipc"],
      env: { NODE_EXTRA_CA_CERTS: authority },
    });
    const ended = once(child, "exit").then(() => {
      throw new Error(`the agent ended:\n${agent.log}`);
    });
    await Promise.race([once(child, "message"), ended]);
    ended.catch(() => undefined); // from here on, its calls tell
    agent.#process = child;
    return agent;
  }

  private constructor(lab: Lab) {
    this.#logFile = path.join(lab.folder, "agent.log");
  }

  /** Every signalling socket breaks; media goes on. */
  cutSignalling(): void {
    this.#process?.send("cut");
  }

  /** What our server wrote: its warnings and errors. */
  get log(): string {
    return readFileSync(this.#logFile, "utf8");
  }
}
