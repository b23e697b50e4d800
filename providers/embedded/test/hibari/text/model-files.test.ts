import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { modelFile } from "../../../src/hibari/model-files.ts";

const folder = new URL(".", modelFile("vocab.json"));

test("hibari-heart is what its checksums say, and they miss no file", async () => {
  const sums = (await readFile(new URL("SHA256SUMS", folder), "utf8")).trim().split("\n");
  const listed = new Map(sums.map((line) => [line.slice(66), line.slice(0, 64)]));
  const own = ["README.md", "SHA256SUMS", "package.json"];
  const files = (await readdir(folder)).filter((name) => !own.includes(name));
  expect([...listed.keys()].sort()).toEqual(files.sort());
  for (const [name, sum] of listed) {
    const content = await readFile(new URL(name, folder));
    expect([name, createHash("sha256").update(content).digest("hex")]).toEqual([name, sum]);
  }
});

test("the licence and the notice travel with the weights", async () => {
  expect(await readFile(new URL("LICENSE", folder), "utf8")).toContain("Apache License");
  expect(await readFile(new URL("NOTICE", folder), "utf8")).toContain("Maureese Williams");
});
