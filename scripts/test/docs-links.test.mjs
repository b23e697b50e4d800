import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root } from "../run.mjs";
import { markdown } from "./markdown.mjs";

const where = ["README.md", "docs", "packages", "providers", "models", "deploy", "natlab", "bench"];
const pages = [...where, "examples", "playground"].flatMap((folder) => markdown(folder));

test.each(pages)("every link of %s leads somewhere", (page) => {
  const dead = linksOf(page).filter((link) => !resolves(page, link));
  expect(dead).toEqual([]);
});

test("a link to a heading that is not there is dead", () => {
  expect(resolves("README.md", "docs/server.md#doctor")).toBe(true);
  expect(resolves("README.md", "docs/server.md#surgeon")).toBe(false);
  expect(resolves("README.md", "docs/nowhere.md")).toBe(false);
});

/**
 * Targets within this repository. What stands in code is none.
 *
 * @param {string} page
 */
function linksOf(page) {
  const text = textOf(page).replace(/`[^`\n]*`/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/i.test(target));
}

/**
 * @param {string} page
 * @param {string} link
 */
function resolves(page, link) {
  const [target, anchor] = link.split("#");
  const file = target ? path.join(path.dirname(page), target) : page;
  if (!existsSync(path.join(root, file))) return false;
  if (anchor === undefined) return true;
  return statSync(path.join(root, file)).isFile() && anchorsOf(file).has(anchor);
}

/**
 * As GitHub makes them of headings.
 *
 * @param {string} page
 */
function anchorsOf(page) {
  /** @type {Set<string>} */
  const anchors = new Set();
  for (const [, heading] of textOf(page).matchAll(/^#{1,6} +(.+?)\s*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n += 1) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/**
 * A page without its code blocks.
 *
 * @param {string} page
 */
function textOf(page) {
  return readFileSync(path.join(root, page), "utf8").replace(/^```[\s\S]*?^```/gm, "");
}
