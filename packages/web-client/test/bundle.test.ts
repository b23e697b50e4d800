import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const budgetBytes = 25_000;
/** With sound over the WebSocket, which is loaded when WebRTC finds no path. */
const wholeBudgetBytes = 30_000;

test("a page that uses the client pays at most 25 kB, gzipped", async () => {
  const result = await build({
    stdin: {
      contents: `import { LLMRTCWebClient } from "@metered/llmrtc-web-client";
        globalThis.client = new LLMRTCWebClient({ signallingUrl: "ws://localhost" });`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    splitting: true,
    outdir: "out",
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  const sizes = result.outputFiles.map(({ path, contents, text }) => ({
    path,
    bytes: gzipSync(contents, { level: 9 }).length,
    imports: [...text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)].map(([, name = ""]) => name),
  }));
  const entry = sizes.find(({ path }) => path.endsWith("stdin.js"));
  const first = sizes.filter(({ path }) => {
    return path === entry?.path || entry?.imports.some((name) => path.endsWith(name));
  });
  const sum = (files: typeof sizes): number => files.reduce((all, { bytes }) => all + bytes, 0);
  expect(entry).toBeDefined();
  expect(sum(first)).toBeLessThanOrEqual(budgetBytes);
  expect(sum(sizes)).toBeLessThanOrEqual(wholeBudgetBytes);
});
