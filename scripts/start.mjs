// `npm start`: installs what is missing, builds what is stale, then becomes the server.
// This file alone must be readable by old versions of Node, to say that they are too old.
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const wanted = manifest.engines.node.replace(/^\D+/, "");

if (isOlder(process.versions.node, wanted)) {
  console.error(
    "LLMRTC needs Node.js " +
      wanted +
      " or newer; this is " +
      process.versions.node +
      ".\n" +
      "Install a newer one from https://nodejs.org and start again.",
  );
  process.exit(1);
}

try {
  const { installIfNeeded } = await import("./install.mjs");
  const { buildIfNeeded } = await import("./build.mjs");
  await installIfNeeded();
  await buildIfNeeded();
} catch (error) {
  console.error(error.output || error.stack);
  console.error(`${error.message}. The server was not started.`);
  process.exit(1);
}

// In this same process, so that signals, the terminal and the exit code are the server's own.
const main = fileURLToPath(new URL("../packages/backend/dist/cli/main.js", import.meta.url));
process.argv[1] = main;
await import(pathToFileURL(main).href);

function isOlder(version, than) {
  const [a, b] = [version, than].map((text) => text.split(".").map(Number));
  for (let part = 0; part < b.length; part++) {
    if (a[part] !== b[part]) return a[part] < b[part];
  }
  return false;
}
