import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { step } from "./progress.mjs";
import { npm, root } from "./run.mjs";

/** Installs what package-lock.json names, if it is not there already. */
export async function installIfNeeded() {
  if (isInstalled(root)) return;
  await step("Installing packages from npm", () => npm(["ci", "--no-audit", "--no-fund"]));
}

/**
 * Compares what npm noted down when it installed with what the lock file wants. Packages for other
 * platforms are optional and may be missing.
 *
 * @param {string} folder
 */
export function isInstalled(folder) {
  const noted = path.join(folder, "node_modules/.package-lock.json");
  if (!existsSync(noted)) return false;
  const have = packagesOf(noted);
  return Object.entries(packagesOf(path.join(folder, "package-lock.json"))).every(
    ([where, wanted]) => {
      if (!where.startsWith("node_modules/") && !where.includes("/node_modules/")) return true;
      const found = have[where];
      if (!found)
        return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
      return found.version === wanted.version;
    },
  );
}

/**
 * @param {string} file a lock file
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }>}
 */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}
