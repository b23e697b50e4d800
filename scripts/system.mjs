import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { step } from "./progress.mjs";
import { run } from "./run.mjs";

/**
 * A program that a test suite needs and npm does not bring.
 *
 * @typedef {object} Program
 * @property {readonly string[]} names what it may be called, on the path or as a whole file name
 * @property {string} debian the Debian package that has it
 * @property {string} [variable] an environment variable that may name another file
 */

/** @type {Program} */
export const chromium = {
  names: [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  ],
  debian: "chromium",
  variable: "CHROMIUM_PATH",
};

/** @type {Program} */
export const coturn = {
  names: ["turnserver"],
  debian: "coturn",
  variable: "TURNSERVER_PATH",
};

/**
 * What the network lab is made of. All is small but for Chromium.
 *
 * @type {readonly Program[]}
 */
export const networkLab = [
  chromium,
  system("ip", "iproute2"),
  system("nft", "nftables"),
  system("conntrack", "conntrack"),
  system("turnserver", "coturn"),
  system("certutil", "libnss3-tools"),
  system("openssl", "openssl"),
];

/**
 * @param {string} name
 * @param {string} debian
 * @returns {Program}
 */
function system(name, debian) {
  return { names: [name, `/usr/sbin/${name}`], debian };
}

/**
 * Why this machine can have no networks of its own, if it cannot: they take root and Linux, and some
 * containers have neither in full.
 *
 * @returns {Promise<string | undefined>}
 */
export async function noOwnNetworks() {
  if (process.platform !== "linux") return "Linux";
  if (process.getuid?.() !== 0) return "root";
  return run("unshare", ["--net", "true"]).then(
    () => undefined,
    () => "the right to make network namespaces",
  );
}

/**
 * Where a program is, if it is anywhere.
 *
 * @param {Program} program
 * @returns {string | undefined}
 */
export function find({ names, variable }) {
  const named = variable && process.env[variable];
  if (named) return existsSync(named) ? named : undefined;
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return names
    .flatMap((name) =>
      path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name)),
    )
    .find((file) => existsSync(file));
}

/**
 * Installs programs where that needs no question: on Debian, as root. Elsewhere nothing happens.
 *
 * @param {readonly Program[]} programs
 */
export async function installOnDebian(programs) {
  const absent = programs.filter((program) => !find(program)).map(({ debian }) => debian);
  const missing = [...new Set(absent)];
  if (missing.length === 0 || !isDebian() || process.getuid?.() !== 0) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await step(`Installing ${missing.join(", ")} with apt`, async () => {
    await run("apt-get", ["update", "-q"], { env });
    await run("apt-get", ["install", "-qy", "--no-install-recommends", ...missing], { env });
  });
}

function isDebian() {
  const release = "/etc/os-release";
  return existsSync(release) && /^ID=debian$/m.test(readFileSync(release, "utf8"));
}
