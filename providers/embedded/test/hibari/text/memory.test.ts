import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { modelFile } from "../../../src/hibari/model-files.ts";

test("the tables take megabytes, not a hundred of them", () => {
  const entry = new URL("../../../dist/hibari/text/front-end.js", import.meta.url).href;
  const program = `
    import { readFile } from "node:fs/promises";
    import { loadTextFrontEnd } from ${JSON.stringify(entry)};
    const folder = ${JSON.stringify(new URL(".", modelFile("vocab.json")).href)};
    const before = process.memoryUsage.rss();
    const frontEnd = await loadTextFrontEnd({
      readFile: (name) => readFile(new URL(name, folder)),
      lettersToSounds: async () => [],
    });
    for await (const sentence of frontEnd.sentences("Hello there.")) sentence.ids;
    process.stdout.write(String((process.memoryUsage.rss() - before) / 2 ** 20));`;
  const args = ["--input-type=module", "--eval", program];
  const grownMiB = Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
  // 22 MiB here; Maps of the same tables take 130.
  expect(grownMiB).toBeGreaterThan(0);
  expect(grownMiB).toBeLessThan(40);
});
