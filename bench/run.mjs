// `npm run bench -- <name> [options]`: compiles bench/<name>.ts and runs it.
import { build } from "esbuild";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const [name, ...options] = process.argv.slice(2);

if (!name || !existsSync(source(name))) {
  const names = readdirSync(here).filter((file) => file.endsWith(".ts"));
  console.error(`Usage: npm run bench -- <name>, where <name> is one of`);
  for (const file of names) console.error(`  ${path.basename(file, ".ts")}`);
  process.exit(1);
}

const outfile = path.join(here, ".cache", `${name}.mjs`);
await build({
  entryPoints: [source(name)],
  outfile,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: "inline",
  logLevel: "warning",
  plugins: [{ name: "own-address", setup: keepAddresses }],
});
process.argv = [process.argv[0], source(name), ...options];
await import(pathToFileURL(outfile).href);

/** @param {string} name */
function source(name) {
  return path.join(here, `${name}.ts`);
}

/**
 * A bundled module must still find the files that lie beside its source.
 *
 * @param {import("esbuild").PluginBuild} bundler
 */
function keepAddresses(bundler) {
  bundler.onLoad({ filter: /\.ts$/ }, ({ path: file }) => ({
    contents: readFileSync(file, "utf8").replaceAll(
      "import.meta.url",
      JSON.stringify(pathToFileURL(file).href),
    ),
    loader: "ts",
  }));
}
