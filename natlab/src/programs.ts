import { build } from "esbuild";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Lab } from "./lab.ts";

const here = fileURLToPath(new URL("..", import.meta.url));

/** Compiles a program of `src` that runs in the lab. @returns its file, gone with the lab */
export async function program(lab: Lab, name: string): Promise<string> {
  const outfile = path.join(lab.programs, `${name}.mjs`);
  await build({
    entryPoints: [path.join(here, "src", `${name}.ts`)],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
    plugins: [{ name: "own-address", setup: keepAddresses }],
  });
  return outfile;
}

/** Compiles a script of `pages` for the browser. */
export async function script(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(here, "pages", `${name}.ts`)],
    bundle: true,
    format: "iife",
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0]?.text ?? "";
}

/** A bundled module must still find the files that lie beside its source. */
function keepAddresses(bundler: import("esbuild").PluginBuild): void {
  bundler.onLoad({ filter: /\.ts$/ }, ({ path: file }) => ({
    contents: readFileSync(file, "utf8").replaceAll(
      "import.meta.url",
      JSON.stringify(pathToFileURL(file).href),
    ),
    loader: "ts",
  }));
}
