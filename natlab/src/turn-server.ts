import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { addresses, addresses6, turnHost } from "./addresses.ts";
import type { Certificates } from "./certificates.ts";
import { fillIn } from "./fill-in.ts";
import type { Lab } from "./lab.ts";

const production = fileURLToPath(new URL("../../deploy/coturn/turnserver.conf", import.meta.url));
const startWithinMs = 10_000;

/** coturn, as we recommend it, on UDP and TCP 3478, TLS 5349, and TCP and TLS 443. */
export class TurnServer {
  readonly secret: string;
  readonly #lab: Lab;
  readonly #config: string;
  #process: ChildProcess | undefined;

  /** @param ipv6 listens there too, and relays there for whoever asks for that */
  static async start(
    lab: Lab,
    certificates: Certificates,
    { ipv6 = false }: { readonly ipv6?: boolean } = {},
  ): Promise<TurnServer> {
    const server = new TurnServer(lab, certificates, ipv6);
    await server.start();
    return server;
  }

  private constructor(lab: Lab, { certificate, key }: Certificates, ipv6: boolean) {
    this.#lab = lab;
    this.secret = randomBytes(32).toString("hex");
    this.#config = path.join(lab.folder, "turnserver.conf");
    const { turn, turnAlternate } = addresses;
    const text = fillIn(readFileSync(production, "utf8"), {
      "listening-ip": [turn, turnAlternate, ...(ipv6 ? [addresses6.turn] : [])],
      "relay-ip": [turn, ...(ipv6 ? [addresses6.turn] : [])],
      "aux-server": [`${turn}:443`],
      realm: [turnHost],
      "static-auth-secret": [this.secret],
      cert: [certificate],
      pkey: [key],
    });
    writeFileSync(this.#config, text);
  }

  /** What coturn wrote. */
  get log(): string {
    return readFileSync(path.join(this.#lab.folder, "turn.log"), "utf8");
  }

  /** Also again, after `stop`. */
  async start(): Promise<void> {
    const file = (name: string): string => path.join(this.#lab.folder, name);
    const log = openSync(file("turn.log"), "a");
    const own = ["--pidfile", file("turn.pid"), "--userdb", file("turn.db")];
    this.#process = this.#lab.start("turn", "turnserver", ["-c", this.#config, ...own, "-v"], {
      stdio: ["ignore", log, log],
    });
    const deadline = performance.now() + startWithinMs;
    while (!(await this.#listens())) {
      if (this.#process.exitCode !== null || performance.now() > deadline) {
        throw new Error(`coturn does not start:\n${this.log}`);
      }
      await delay(50);
    }
  }

  /** At once, without a goodbye to anybody. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async #listens(): Promise<boolean> {
    const sockets = await this.#lab.run("turn", "ss", ["-ltnH"]);
    return [443, 3478, 5349].every((port) => sockets.includes(`${addresses.turn}:${port}`));
  }
}
