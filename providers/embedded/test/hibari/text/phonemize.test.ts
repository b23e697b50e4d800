import { phonemize } from "@metered/llmrtc-provider-embedded";
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

test("phonemize gives a string per sentence", async () => {
  expect(await phonemize("Hi there. How can I help?")).toEqual(["hˈI ðˈɛɹ.", "hˌW kæn ˌI hˈɛlp?"]);
  expect(await phonemize("")).toEqual([]);
});

test("phonemize reads what no dictionary knows", async () => {
  const [zorblatt = ""] = await phonemize("zorblatt");
  expect(zorblatt).toContain("bl");
});

test("an aborted phonemize rejects with the signal's reason", async () => {
  const reason = new Error("barge-in");
  await expect(phonemize("Hi", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("a program that phonemizes comes to its end", () => {
  const entry = new URL("../../../dist/index.js", import.meta.url).href;
  const program = `import(${JSON.stringify(entry)}).then(async ({ phonemize }) => {
    process.stdout.write((await phonemize("Yes.")).join());
  })`;
  const options = { encoding: "utf8", timeout: 15_000 } as const;
  expect(execFileSync(process.execPath, ["--eval", program], options)).toBe("jˈɛs.");
});
