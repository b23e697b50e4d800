// Takes a lab down when whoever opened it lets go of this process's standard input: by closing the lab,
// by an error, by Ctrl-C or by being killed. Usage: node janitor.mjs <lab> <folder>...
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const [lab, ...folders] = process.argv.slice(2);
if (!lab) throw new Error("Usage: node janitor.mjs <lab> <folder>...");

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
process.stdin.resume().once("close", () => void clean());

async function clean() {
  signal("SIGTERM");
  for (let tries = 0; tries < 10 && signal(0) > 0; tries += 1) await delay(50);
  signal("SIGKILL");
  for (let tries = 0; tries < 40 && signal(0) > 0; tries += 1) await delay(50);
  for (const space of spaces()) {
    ip("netns", "delete", space);
    rmSync(`/etc/netns/${space}`, { recursive: true, force: true });
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** @returns the lab's own namespaces */
function spaces() {
  return listed("/run/netns").filter((name) => name.startsWith(`${lab}-`));
}

/**
 * Only what runs in the lab's namespaces: nothing else is ours.
 *
 * @param {NodeJS.Signals | 0} kind
 * @returns how many processes there were
 */
function signal(kind) {
  const pids = spaces().flatMap((space) => ip("netns", "pids", space).split(/\s+/).filter(Boolean));
  for (const pid of pids) {
    try {
      process.kill(Number(pid), kind);
    } catch {
      // It has ended by itself.
    }
  }
  return pids.length;
}

/** @param {string[]} args */
function ip(...args) {
  try {
    return execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return ""; // a namespace that is gone already
  }
}

/** @param {string} folder */
function listed(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
