// `npm run natlab`: tries calls through every kind of network and writes docs/natlab-matrix.md. It
// takes about twenty minutes, Linux and root. Arguments go to vitest, e.g. `mid-call` for one file.
import { buildIfNeeded } from "./build.mjs";
import { installIfNeeded } from "./install.mjs";
import { root } from "./run.mjs";
import { find, installOnDebian, networkLab, noOwnNetworks } from "./system.mjs";
import { runTests } from "./vitest.mjs";

await installIfNeeded();
await buildIfNeeded();
await installOnDebian(networkLab);
const lacking = [await noOwnNetworks()].filter(Boolean);
const missing = networkLab.filter((program) => !find(program)).map(({ debian }) => debian);
if (lacking.length + missing.length > 0) {
  console.error(`The network lab needs ${[...lacking, ...missing].join(", ")}.`);
  process.exit(1);
}
const chromium = { CHROMIUM_PATH: find(networkLab[0]) };
const { passed, failed } = await runTests(
  root,
  "natlab",
  { ...chromium, NATLAB: "all" },
  process.argv.slice(2),
);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
