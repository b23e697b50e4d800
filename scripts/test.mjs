// `npm test`: sets up, checks and tests everything. The last line is `N passed, N failed, N skipped`.
import { installIfNeeded } from "./install.mjs";
import { build } from "./build.mjs";
import { seconds, step } from "./progress.mjs";
import { node, root, tool } from "./run.mjs";
import { chromium, coturn, find, installOnDebian, networkLab, noOwnNetworks } from "./system.mjs";
import { addUp, countTests, runTests } from "./vitest.mjs";

/**
 * What came out of a suite.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

const depcruise = "dependency-cruiser/bin/dependency-cruise.mjs";
const arrows = ["packages", "providers", "playground", "--config", ".dependency-cruiser.cjs"];
const checks = {
  "lint (eslint)": [tool("eslint/bin/eslint.js"), "."],
  "format (prettier)": [tool("prettier/bin/prettier.cjs"), "--check", "--log-level=warn", "."],
  "arrows (dependency-cruiser)": [tool(depcruise), ...arrows],
  "types of the tests": [tool("typescript/bin/tsc"), "-p", "tsconfig.test.json"],
};

/** Some tests of the `unit` suite meet a real TURN server, and are skipped where there is none. */
const wished = [coturn];

/**
 * Suites of tests, in the order of how soon they tell what is broken. `lacks` says what else than
 * programs is missing.
 */
const suites = [
  { name: "unit", needs: [] },
  { name: "house", needs: [] },
  { name: "relay", needs: [coturn] },
  { name: "browser", needs: [chromium] },
  { name: "e2e", needs: [chromium] },
  { name: "natlab", needs: networkLab, lacks: noOwnNetworks },
];

const began = performance.now();
/** @type {Map<string, Counts>} */
const results = new Map();

try {
  await installIfNeeded();
  await step("Building", build);
  await installOnDebian([...wished, ...suites.flatMap(({ needs }) => needs)]).catch(report);
  // Two things at a time: the checks keep one core busy, the quick tests the other.
  await Promise.all([checkAll(), testAll(suites.slice(0, 2))]);
  await testAll(suites.slice(2));
} catch (error) {
  report(error);
  results.set("set-up", { passed: 0, failed: 1, skipped: 0 });
}
const total = summarise();
process.exitCode = total.failed > 0 ? 1 : 0;

async function checkAll() {
  for (const [name, command] of Object.entries(checks)) {
    const from = performance.now();
    let passed = 1;
    try {
      await node(command);
    } catch (error) {
      passed = 0;
      report(error);
    }
    results.set(name, { passed, failed: 1 - passed, skipped: 0 });
    const verdict = passed ? "ok" : "FAILED";
    process.stdout.write(`${name}: ${verdict} in ${seconds(performance.now() - from)}\n`);
  }
}

/** @param {typeof suites} some */
async function testAll(some) {
  for (const { name, needs, lacks } of some) {
    const missing = needs
      .filter((program) => !find(program))
      .map(({ debian, variable }) => (variable ? `${debian} (or set ${variable})` : debian));
    const lacking = await lacks?.();
    if (lacking) missing.push(lacking);
    results.set(name, missing.length > 0 ? await skip(name, missing) : await test(name, needs));
  }
}

/**
 * @param {string} suite
 * @param {readonly import("./system.mjs").Program[]} needs
 */
async function test(suite, needs) {
  const movable = needs.filter(({ variable }) => variable);
  const env = Object.fromEntries(movable.map((program) => [program.variable, find(program)]));
  return runTests(root, suite, env);
}

/**
 * A suite that cannot run is skipped where people work, and a failure where it must not go unseen.
 *
 * @param {string} suite
 * @param {readonly string[]} missing
 */
async function skip(suite, missing) {
  const names = missing.join(", ");
  process.stdout.write(`SKIPPED: the ${suite} tests need ${names}; that is not here.\n`);
  const tests = Math.max(1, await countTests(root, suite));
  if (process.env.CI) return { passed: 0, failed: tests, skipped: 0 };
  return { passed: 0, failed: 0, skipped: tests };
}

/** @param {unknown} error */
function report(error) {
  const { output, stack } = /** @type {{ output?: string, stack?: string }} */ (error);
  process.stdout.write(`${output ?? ""}\n${output ? String(error) : (stack ?? String(error))}\n`);
}

function summarise() {
  const total = [...results.values()].reduce(addUp);
  process.stdout.write(`\nTook ${seconds(performance.now() - began)}.\n`);
  for (const [name, { passed, failed, skipped }] of results) {
    process.stdout.write(`  ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
  const { passed, failed, skipped } = total;
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return total;
}
