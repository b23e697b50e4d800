import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  addresses,
  agentAddresses,
  agentHost,
  type Placement,
  reaches,
  type SiteName,
  sites,
  turnHost,
} from "./addresses.ts";
import { command } from "./command.ts";
import { configurations } from "./ice-configurations.ts";
import { natRules, type Network } from "./nat-rules.ts";

/**
 * Namespaces: `inet` holds the bridge, `turn` the TURN server, `caller` the browser with both its
 * networks, `agent` the server; each site has a router. `cable` and `plugs` are for a `Cable`.
 */
const spaces = [
  "inet",
  "turn",
  "caller",
  "agent",
  "wifi",
  "cellular",
  "server",
  "cable",
  "plugs",
] as const;
export type Space = (typeof spaces)[number];

const hosts = { wifi: "caller", cellular: "caller", server: "agent" } as const;
/** For whole frames in packets. */
const wideMtu = 2000;
const janitor = fileURLToPath(new URL("../janitor.mjs", import.meta.url));
const cache = fileURLToPath(new URL("../.cache", import.meta.url));

/**
 * A small internet in network namespaces of its own, without any link to this machine's network:
 * it needs root and Linux. Whatever happens to this process, a janitor takes it down. Several labs
 * can be open at once.
 */
export class Lab {
  /** Goes before the names of everything that the lab makes on this machine. */
  readonly id = `natlab${process.pid.toString(36)}${randomBytes(2).toString("hex")}`;
  /** For files that live as long as the lab. */
  readonly folder = mkdtempSync(path.join(os.tmpdir(), `${this.id}-`));
  /** The same, where programs find this repository's packages. */
  readonly programs = path.join(cache, this.id);
  readonly #janitor: ChildProcess;

  static async open(): Promise<Lab> {
    const lab = new Lab();
    try {
      await lab.#build();
      return lab;
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  private constructor() {
    mkdirSync(this.programs, { recursive: true });
    this.#janitor = spawn(process.execPath, [janitor, this.id, this.folder, this.programs], {
      detached: true, // Ctrl-C is not for it
      stdio: ["pipe", "ignore", "inherit"],
    });
  }

  /** The process that outlives us. */
  get janitorPid(): number | undefined {
    return this.#janitor.pid;
  }

  /** Runs a program in a namespace to its end. @returns its standard output */
  run(space: Space, program: string, args: readonly string[], input?: string): Promise<string> {
    const all = ["netns", "exec", this.name(space), program, ...args];
    return command("ip", all, input === undefined ? {} : { input });
  }

  /** Runs shell commands in a namespace; the first that fails ends them. */
  async script(space: Space, commands: string): Promise<void> {
    await this.run(space, "sh", ["-ec", commands]);
  }

  /** Starts a program in a namespace. It ends with the lab at the latest. */
  start(
    space: Space,
    program: string,
    args: readonly string[],
    { stdio, env }: { readonly stdio: StdioOptions; readonly env?: NodeJS.ProcessEnv },
  ): ChildProcess {
    return spawn("ip", ["netns", "exec", this.name(space), program, ...args], {
      stdio,
      env: { ...process.env, ...env },
      detached: true, // Ctrl-C is the janitor's business
    });
  }

  name(space: Space): string {
    return `${this.id}-${space}`;
  }

  /** Turns a site's router into one of that kind; running calls lose their way through it. */
  async setNetwork(site: SiteName, network: Network): Promise<void> {
    const forwarded = site === "server" ? [443] : [];
    await this.run(site, "nft", ["-f", "-"], natRules(network, sites[site], forwarded));
    await this.forgetMappings(site);
  }

  /** What a router does when it restarts: every flow gets a new mapping. */
  async forgetMappings(site: SiteName): Promise<void> {
    await this.run(site, "conntrack", ["-F"]);
  }

  async placeServer(placement: Placement): Promise<void> {
    const { host, router } = sites.server;
    await this.script(
      "agent",
      placement === "public"
        ? `ip link set server down; ip addr flush dev server
           ip link set wan up; ip addr replace ${addresses.publicServer}/24 dev wan
           ip route replace default via ${addresses.sink}`
        : `ip link set wan down; ip addr flush dev wan
           ip link set server up; ip addr replace ${host}/24 dev server
           ip route replace default via ${router}`,
    );
  }

  /** The caller leaves one network and enters the other. */
  async roam(to: "wifi" | "cellular"): Promise<void> {
    const from = to === "wifi" ? "cellular" : "wifi";
    const { host, router } = sites[to];
    await this.script(
      "caller",
      `ip link set ${from} down; ip link set ${to} up
       ip addr replace ${host}/24 dev ${to}; ip route replace default via ${router} dev ${to}`,
    );
  }

  /** Beyond the router, so that the host itself sees no interface change. */
  async setLink(site: SiteName, state: "up" | "down"): Promise<void> {
    await this.script("inet", `ip link set ${site} ${state}`);
  }

  /** Ends all programs in the lab, and the lab. */
  async close(): Promise<void> {
    if (this.#janitor.exitCode !== null) return;
    const gone = once(this.#janitor, "exit");
    this.#janitor.stdin?.end();
    await gone;
  }

  async #build(): Promise<void> {
    for (const space of spaces) {
      this.#writeNames(space);
      await command("ip", ["netns", "add", this.name(space)]);
      await this.script(
        space,
        `echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
         echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
         ip link set lo up`,
      );
    }
    await this.script("inet", "ip link add internet type bridge; ip link set internet up");
    await this.script("inet", `ip addr add ${addresses.sink}/24 dev internet`);
    for (const space of ["turn", "agent", "wifi", "cellular", "server"] as const) {
      await this.#link(space, "wan", "inet", space);
      await this.script("inet", `ip link set ${space} master internet`);
    }
    await this.#addPublic("turn", addresses.turn, addresses.turnAlternate);
    for (const [name, { router, wan }] of Object.entries(sites)) {
      const site = name as SiteName;
      await this.#link(site, "lan", hosts[site], site);
      await this.#addPublic(site, wan);
      await this.script(
        site,
        `ip addr add ${router}/24 dev lan; echo 1 > /proc/sys/net/ipv4/ip_forward`,
      );
      await this.setNetwork(site, "port-restricted");
    }
    await this.#link("cable", "plugs", "plugs", "cable", wideMtu);
    await this.placeServer("public");
    await this.roam("wifi");
  }

  async #addPublic(space: Space, ...own: readonly string[]): Promise<void> {
    const add = own.map((address) => `ip addr add ${address}/24 dev wan`);
    await this.script(space, [...add, `ip route add default via ${addresses.sink}`].join("\n"));
  }

  /** A cable. */
  async #link(a: Space, nameA: string, b: Space, nameB: string, mtu = 1500): Promise<void> {
    const one = [nameA, "mtu", String(mtu), "netns", this.name(a)];
    const other = [nameB, "mtu", String(mtu), "netns", this.name(b)];
    await command("ip", ["link", "add", ...one, "type", "veth", "peer", "name", ...other]);
    await this.script(a, `ip link set ${nameA} up`);
    await this.script(b, `ip link set ${nameB} up`);
  }

  /** Programs in the lab find its names and no resolver. */
  #writeNames(space: Space): void {
    const folder = `/etc/netns/${this.name(space)}`;
    mkdirSync(folder, { recursive: true });
    const lines = [`127.0.0.1 localhost`, `${addresses.turn} ${turnHost}`];
    for (const configuration of configurations) {
      for (const reach of reaches) {
        const name = agentHost(reach, configuration);
        lines.push(...agentAddresses[reach].map((address) => `${address} ${name}`));
      }
    }
    writeFileSync(`${folder}/hosts`, `${lines.join("\n")}\n`);
    writeFileSync(`${folder}/resolv.conf`, "# no resolver\n");
  }
}
