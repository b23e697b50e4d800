import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's top folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** A command that ended with something other than 0. */
export class CommandError extends Error {
  /**
   * @param {string} command
   * @param {number | null} code
   * @param {string} output
   */
  constructor(command, code, output) {
    super(`${command} ended with ${code ?? "a signal"}`);
    this.code = code;
    this.output = output;
  }
}

/**
 * Runs a program to its end, in the repository's top folder.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string | undefined>, show?: boolean, shell?: boolean }} options
 *   `show`: hand its output to the terminal instead of collecting it
 * @returns {Promise<string>} what it wrote
 * @throws {CommandError} when it fails
 */
export function run(program, args, { env = {}, show = false, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
      shell,
    });
    let output = "";
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout?.setEncoding("utf8").on("data", collect);
    child.stderr?.setEncoding("utf8").on("data", collect);
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new CommandError([path.basename(program), ...args].join(" "), code, output));
    });
  });
}

/**
 * Runs a JavaScript program with this Node.
 *
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function node(args, options) {
  return run(process.execPath, args, options);
}

/**
 * The JavaScript file behind a command that a package installs, so that no platform's `.cmd` or
 * shebang matters.
 *
 * @param {string} file inside node_modules, e.g. `typescript/bin/tsc`
 */
export function tool(file) {
  return path.join(root, "node_modules", file);
}

/**
 * Runs npm: the one that runs us, else the one beside this Node, else the one on the path.
 *
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function npm(args, options) {
  const beside = path.dirname(process.execPath);
  const cli = [
    process.env.npm_execpath ?? "",
    path.join(beside, "node_modules/npm/bin/npm-cli.js"),
    path.join(beside, "../lib/node_modules/npm/bin/npm-cli.js"),
  ].find((file) => path.basename(file) === "npm-cli.js" && existsSync(file));
  if (cli) return node([cli, ...args], options);
  return run("npm", args, { ...options, shell: process.platform === "win32" });
}
