import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CellResult } from "./matrix-report.ts";

const folder = fileURLToPath(new URL("../.cache", import.meta.url));
const file = `${folder}/matrix.json`;

/** So that the whole matrix, which takes a quarter of an hour, can be run in pieces (`vitest -t`). */
export function addToKept(results: readonly CellResult[]): readonly CellResult[] {
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as CellResult[]) : [];
  const others = kept.filter(({ cell }) => !results.some((one) => isSame(one.cell, cell)));
  const all = [...others, ...results];
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(all));
  return all;
}

/** The report has them now. */
export function forgetKept(): void {
  rmSync(file, { force: true });
}

function isSame(one: CellResult["cell"], other: CellResult["cell"]): boolean {
  return one.server === other.server && one.network === other.network && one.ice === other.ice;
}
