import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { connectionReasons, errorCodes, MetricNames } from "../../packages/core/dist/index.js";
import { root } from "../run.mjs";
import { markdown } from "./markdown.mjs";

const cli = "packages/backend/src/cli";

test("every environment variable of the command line is in the docs", () => {
  const schemas = [read(`${cli}/environment.ts`), read(`${cli}/environment-ice.ts`)].join("\n");
  const names = [...schemas.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name);
  expect(names).toEqual(expect.arrayContaining(["PORT", "ICE_SERVERS", "OPENAI_API_KEY"]));
  const docs = ["README.md", "docs"].flatMap(markdown).map(read).join("\n");
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(docs))).toEqual([]);
});

test("docs/networking.md says of every reason what to do", () => {
  const told = toldOf("docs/networking.md");
  expect(connectionReasons.filter((reason) => !told.has(reason))).toEqual([]);
});

test("docs/operations/troubleshooting.md says of every error code what to do", () => {
  const told = toldOf("docs/operations/troubleshooting.md");
  expect(errorCodes.filter((code) => !told.has(code))).toEqual([]);
});

test("every metric is in the docs, as Prometheus has it or, if nothing counts it yet, as it is", () => {
  const operations = read("docs/operations/troubleshooting.md");
  const missing = Object.values(MetricNames).filter((name) => {
    const plain = name.replaceAll(".", "_");
    const seconds = plain.replace(/_ms$/, "_seconds");
    const spellings = plain.endsWith("_ms") ? [seconds] : [`${plain}_total`, plain];
    return ![name, ...spellings].some((spelling) => operations.includes(`\`${spelling}\``));
  });
  expect(missing).toEqual([]);
});

test("docs/server.md lists every check of the doctor", () => {
  const sources = readdirSync(path.join(root, cli)).filter((name) => name.startsWith("doctor"));
  const code = sources.map((name) => read(`${cli}/${name}`)).join("\n");
  const checks = [...code.matchAll(/\bcheck(?::| =) "([^"]+)"/g)].map(([, name]) => name);
  expect(checks).toEqual(expect.arrayContaining(["addresses", "binding", "private peers"]));
  const named = rowsOf("docs/server.md").flatMap(([, check = ""]) => check.split(", "));
  expect([...new Set(checks)].filter((check) => !named.includes(check))).toEqual([]);
});

/** @param {string} file */
function read(file) {
  return readFileSync(path.join(root, file), "utf8");
}

/**
 * What a page's tables have in the first cell of rows that do not leave the last one, the remedy, empty.
 *
 * @param {string} file
 */
function toldOf(file) {
  const whole = rowsOf(file).filter((cells) => cells.length > 2 && cells.at(-1));
  return new Set(whole.flatMap(([what]) => what.split(", ").map((one) => one.replaceAll("`", ""))));
}

/**
 * The cells of all tables of a page.
 *
 * @param {string} file
 */
function rowsOf(file) {
  const lines = read(file).split("\n");
  return lines
    .filter((line) => line.startsWith("|"))
    .map((line) => line.slice(1, -1).split("|"))
    .map((cells) => cells.map((cell) => cell.trim()));
}
