import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const budgetBytes = 25_000;

test("a page that uses the client pays at most 25 kB, gzipped", async () => {
  const result = await build({
    stdin: {
      contents: `import { LLMRTCWebClient } from "@metered/llmrtc-web-client";
        globalThis.client = new LLMRTCWebClient({ signallingUrl: "ws://localhost" });`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  const [bundle] = result.outputFiles;
  expect(gzipSync(bundle?.contents ?? "", { level: 9 }).length).toBeLessThanOrEqual(budgetBytes);
});
