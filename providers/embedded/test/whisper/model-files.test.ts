import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const models = new URL("../../../../models/", import.meta.url);

test.each(["whisper-tiny-en", "silero-vad"])("%s is what its checksums say", async (name) => {
  const folder = new URL(`${name}/`, models);
  const sums = (await readFile(new URL("SHA256SUMS", folder), "utf8")).trim().split("\n");
  expect(sums).not.toHaveLength(0);
  for (const line of sums) {
    const [sum, file = ""] = line.split(/\s+/);
    const content = await readFile(new URL(file, folder));
    expect(`${createHash("sha256").update(content).digest("hex")} ${file}`).toBe(`${sum} ${file}`);
  }
  expect(await readFile(new URL("LICENSE", folder), "utf8")).toContain("MIT License");
});
