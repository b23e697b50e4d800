// Puts the one WebAssembly build that is used, its loader and its licence into dist/wasm, so that
// whoever installs this package gets 14 MB and not the 139 MB of onnxruntime-web.
import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const out = new URL("dist/wasm/", import.meta.url);
const require = createRequire(import.meta.url);

await mkdir(out, { recursive: true });
await build({
  entryPoints: [fileURLToPath(import.meta.resolve("onnxruntime-web/wasm"))],
  outfile: fileURLToPath(new URL("ort.mjs", out)),
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  legalComments: "inline",
  logLevel: "warning",
});
await copyFile(
  require.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"),
  new URL("ort.wasm", out),
);
