import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root, tool } from "../run.mjs";

const house = mkdtempSync(path.join(os.tmpdir(), "llmrtc-house-"));

/** A house with the same rooms, empty but for the imports that a test puts there. */
beforeAll(() => {
  for (const name of [".dependency-cruiser.cjs", "tsconfig.depcruise.json", "tsconfig.base.json"]) {
    copyFileSync(path.join(root, name), path.join(house, name));
  }
  for (const room of ["core", "onnx", "provider-kit", "testing", "backend", "web-client"]) {
    put(`packages/${room}/src/index.ts`, "export {};");
  }
  for (const room of ["openai", "local"]) put(`providers/${room}/src/index.ts`, "export {};");
});

afterAll(() => {
  rmSync(house, { recursive: true, force: true });
});

test.each([
  ["core-imports-nothing", "packages/core", "@metered/llmrtc-onnx"],
  ["nothing-imports-backend", "packages/onnx", "@metered/llmrtc-backend"],
  ["providers-are-strangers", "providers/openai", "@metered/llmrtc-provider-local"],
  ["vendors-import-kit", "providers/openai", "@metered/llmrtc-onnx"],
  ["web-client-imports-core", "packages/web-client", "@metered/llmrtc-provider-kit"],
  ["testing-only-from-tests", "packages/backend", "@metered/llmrtc-testing"],
  ["every-import-resolves", "packages/core", "./nowhere.ts"],
])("%s: %s must not import %s", (rule, from, to) => {
  const file = put(`${from}/src/bad.ts`, `import "${to}";`);
  expect(cruise()).toContain(`error ${rule}`);
  rmSync(file);
});

test.each([
  ["packages/backend", "@metered/llmrtc-provider-openai"],
  ["providers/openai", "@metered/llmrtc-provider-kit"],
  ["packages/web-client", "@metered/llmrtc-core"],
])("%s may import %s", (from, to) => {
  const file = put(`${from}/src/good.ts`, `import "${to}";`);
  expect(cruise()).toContain("no dependency violations");
  rmSync(file);
});

/** @returns what dependency-cruiser says */
function cruise() {
  const cli = tool("dependency-cruiser/bin/dependency-cruise.mjs");
  const args = ["packages", "providers", "--config", ".dependency-cruiser.cjs"];
  try {
    return execFileSync(process.execPath, [cli, ...args], { cwd: house, encoding: "utf8" });
  } catch (error) {
    return error.stdout;
  }
}

/**
 * @param {string} file
 * @param {string} text
 */
function put(file, text) {
  const where = path.join(house, file);
  mkdirSync(path.dirname(where), { recursive: true });
  writeFileSync(where, text);
  return where;
}
