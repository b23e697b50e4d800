import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { step } from "./progress.mjs";
import { node, root, tool } from "./run.mjs";

const stamp = path.join(root, "node_modules/.cache/llmrtc-build");
/** What must travel with every package; git keeps one copy. */
const legal = ["LICENSE", "NOTICE"];
const notSources = new Set(["dist", "test", "node_modules", "README.md", ...legal]);

/** Compiles every package, then runs each `build.mjs`, the page's last: it uses the others. */
export async function build() {
  await node([tool("typescript/bin/tsc"), "-b"]);
  const bundles = [...folders("packages"), ...folders("providers")].map(bundleScript);
  await Promise.all(bundles.filter(existsSync).map((script) => node([script])));
  const page = bundleScript("playground");
  if (existsSync(page)) await node([page]);
  for (const folder of [...folders("packages"), ...folders("providers")]) {
    for (const name of legal) copyFileSync(path.join(root, name), path.join(root, folder, name));
  }
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint());
}

/** Builds only if a source changed or a product is missing. Looking takes a few milliseconds. */
export async function buildIfNeeded() {
  if (isBuilt()) return;
  await step("Building", build);
}

function isBuilt() {
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== fingerprint()) return false;
  return [...folders("packages"), ...folders("providers")].every((folder) =>
    existsSync(path.join(root, folder, "dist/index.js")),
  );
}

/** Names, sizes and times of all sources, in one hash. */
function fingerprint() {
  const hash = createHash("sha256");
  const look = (/** @type {string} */ where) => {
    const entry = statSync(path.join(root, where), { throwIfNoEntry: false });
    if (!entry) return;
    if (entry.isDirectory()) {
      for (const name of readdirSync(path.join(root, where)).sort()) {
        if (!notSources.has(name)) look(`${where}/${name}`);
      }
    } else hash.update(`${where} ${entry.size} ${entry.mtimeMs}\n`);
  };
  for (const where of ["package-lock.json", "tsconfig.json", "tsconfig.base.json"]) look(where);
  for (const where of ["packages", "providers", "playground"]) look(where);
  return hash.digest("hex");
}

/** @param {string} group */
function folders(group) {
  return readdirSync(path.join(root, group))
    .map((name) => `${group}/${name}`)
    .filter((folder) => existsSync(path.join(root, folder, "tsconfig.json")));
}

/** @param {string} folder */
function bundleScript(folder) {
  return path.join(root, folder, "build.mjs");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await step("Building", build);
  } catch (error) {
    process.stderr.write(`${error.output ?? error.stack}\n`);
    process.exitCode = 1;
  }
}
