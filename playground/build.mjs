// Bundles the playground into the backend, which serves it at `/`.
import { build } from "esbuild";
import { cp, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = here("../packages/backend/dist/playground");

await rm(out, { recursive: true, force: true }); // chunks of earlier builds have other names
await mkdir(out, { recursive: true });
await build({
  entryPoints: [here("src/main.ts"), here("src/style.css")],
  outdir: out,
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[hash]",
  minify: true,
  format: "esm",
  target: ["es2022", "safari16"],
  sourcemap: true,
  logLevel: "warning",
});
await cp(here("index.html"), `${out}/index.html`);
await cp(here("icon.svg"), `${out}/icon.svg`);
