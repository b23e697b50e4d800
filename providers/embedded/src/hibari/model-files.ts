import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { resolve } = createRequire(import.meta.url);

/** Where a file of the voice's data package lies. */
export function modelFile(name: string): URL {
  return pathToFileURL(resolve(`@metered/llmrtc-model-hibari-heart/${name}`));
}
