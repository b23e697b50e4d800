import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const budgetBytes = 25_000;

const page = `import { LLMRTCWebClient } from "@metered/llmrtc-web-client";
  globalThis.client = new LLMRTCWebClient({ signallingUrl: "ws://localhost" });`;
const onClick = `globalThis.check = async () => {
  const { preflight } = await import("@metered/llmrtc-web-client/preflight");
  return preflight({ signallingUrl: "ws://localhost" });
};`;

async function bundle(contents: string, { splitting = false } = {}) {
  const result = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    outdir: "out",
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    splitting,
  });
  const { outputs } = result.metafile;
  const sizes = new Map(
    result.outputFiles.map(({ path, contents }) => {
      const name = Object.keys(outputs).find((one) => path.endsWith(one)) ?? path;
      return [name, gzipSync(contents, { level: 9 }).length];
    }),
  );
  /** What the browser loads before the page runs: without what is imported when it is needed. */
  const loaded = (name: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const { path, kind } of outputs[name]?.imports ?? []) {
      if (kind === "import-statement") loaded(path, seen);
    }
    return seen;
  };
  const first = [...loaded("out/stdin.js")].reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  const inputs = [...loaded("out/stdin.js")].flatMap((one) =>
    Object.keys(outputs[one]?.inputs ?? {}),
  );
  return { first, inputs };
}

const ofPreflight = (path: string) => path.includes("/preflight/");

test("a page that uses the client pays at most 25 kB, gzipped", async () => {
  const { first, inputs } = await bundle(page);
  expect(first).toBeLessThanOrEqual(budgetBytes);
  expect(inputs.filter(ofPreflight)).toEqual([]);
});

test("the check of the connection costs a page nothing until it is made", async () => {
  const alone = await bundle(page);
  const { first, inputs } = await bundle(`${page}\n${onClick}`, { splitting: true });
  expect(inputs.filter(ofPreflight)).toEqual([]);
  expect(first).toBeLessThanOrEqual(1.06 * alone.first); // two chunks are compressed one by one
});

test("a page that only checks the connection brings no call", async () => {
  const { inputs } = await bundle(onClick);
  expect(inputs.some(ofPreflight)).toBe(true);
  expect(inputs.filter((path) => path.endsWith("/dist/client.js"))).toEqual([]);
});
