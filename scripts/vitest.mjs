import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { node, tool } from "./run.mjs";

/** @typedef {import("./test.mjs").Counts} Counts */

const vitest = tool("vitest/vitest.mjs");

/**
 * Runs one project of vitest.config.ts and shows what it says.
 *
 * @param {string} root
 * @param {string} suite
 * @param {Record<string, string | undefined>} env
 * @param {readonly string[]} more arguments of vitest
 * @returns {Promise<Counts>}
 */
export async function runTests(root, suite, env, more = []) {
  const file = path.join(root, "node_modules/.cache", `${suite}-tests.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const reports = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const args = [...reports, ...more];
  const ended = await node([vitest, "run", "--project", suite, "--passWithNoTests", ...args], {
    show: true,
    env,
  }).then(
    () => true,
    () => false,
  );
  return countsOf(file, ended);
}

/**
 * How many tests a suite has, without running them.
 *
 * @param {string} root
 * @param {string} suite
 */
export async function countTests(root, suite) {
  const file = path.join(root, "node_modules/.cache", `${suite}-list.json`);
  rmSync(file, { force: true });
  try {
    await node([vitest, "list", "--project", suite, `--json=${file}`]);
    return JSON.parse(readFileSync(file, "utf8")).length;
  } catch {
    return 0; // what cannot be listed counts as one, by the caller
  }
}

/**
 * Reads vitest's JSON report. A file that could not even be loaded counts as one failed test, and so
 * does a run that ended badly with every test passed (an unhandled rejection, say).
 *
 * @param {string} file
 * @param {boolean} ended vitest's own verdict
 * @returns {Counts}
 */
export function countsOf(file, ended) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, "utf8"));
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !ended ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * @param {Counts} a
 * @param {Counts} b
 * @returns {Counts}
 */
export function addUp(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}
