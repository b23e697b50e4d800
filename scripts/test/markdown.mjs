import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { root } from "../run.mjs";

/**
 * Markdown files of this repository, by their path from its root.
 *
 * @param {string} where a Markdown file, or a folder with some
 * @returns {string[]}
 */
export function markdown(where) {
  const full = path.join(root, where);
  if (!existsSync(full)) return [];
  if (where.endsWith(".md")) return [where];
  return readdirSync(full, { withFileTypes: true }).flatMap((entry) => {
    const inside = `${where}/${entry.name}`;
    if (entry.isDirectory()) {
      const others = ["node_modules", "dist", "src", "test", ".cache"];
      return others.includes(entry.name) ? [] : markdown(inside);
    }
    return entry.name.endsWith(".md") ? [inside] : [];
  });
}
