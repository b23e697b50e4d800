import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { saveWhenWhole } from "../src/kept-results.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "natlab-kept-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const subjects = ["roam", "cut", "restart"] as const;
type Subject = (typeof subjects)[number];
const save = vi.fn<(rows: ReadonlyMap<Subject, number>) => void>();
beforeEach(() => save.mockReset());

function measured(...rows: (readonly [Subject, number])[]): void {
  const common = { part: "mid-call", subjects, nameOf: (name: Subject) => name, folder };
  saveWhenWhole({ ...common, rows: new Map(rows), save });
}

const saved = () => [...(save.mock.lastCall?.[0] ?? [])];

test("one row alone leaves the report as it is", () => {
  measured(["cut", 1]);
  expect(save).not.toHaveBeenCalled();
});

test("a whole run is written at once, in order, and leaves nothing behind", () => {
  measured(["restart", 3], ["cut", 2], ["roam", 1]);
  const inOrder = [
    ["roam", 1],
    ["cut", 2],
    ["restart", 3],
  ];
  expect(saved()).toEqual(inOrder);
  expect(readdirSync(folder)).toEqual([]);
});

test("several runs make a whole one, in which the latest measurement counts", () => {
  measured(["roam", 1], ["cut", 2]);
  measured(["cut", 5]);
  measured(["restart", 3]);
  expect(new Map(saved())).toEqual(
    new Map([
      ["roam", 1],
      ["cut", 5],
      ["restart", 3],
    ]),
  );
  save.mockReset();
  measured(["cut", 6]);
  expect(save).not.toHaveBeenCalled();
});

test("a subject that is no more does not fill a gap", () => {
  measured(["gone" as Subject, 9], ["roam", 1]);
  measured(["cut", 2]);
  expect(save).not.toHaveBeenCalled();
});
