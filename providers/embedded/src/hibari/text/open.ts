import type { Runtime } from "@metered/llmrtc-onnx";
import { readFile } from "node:fs/promises";
import { modelFile } from "../model-files.ts";
import { loadTextFrontEnd, type TextFrontEnd } from "./front-end.ts";

/** The front end with the tables and the letter-to-sound net of the installed model package. */
export async function openTextFrontEnd(runtime: Runtime): Promise<TextFrontEnd> {
  const net = await runtime.open(modelFile("oov.onnx"), { outputs: { ids: "int64" } });
  return await loadTextFrontEnd({
    readFile: (name) => readFile(modelFile(name)),
    lettersToSounds: async (chars) => {
      const { ids } = await net.run({ chars: { data: chars, dims: [1, chars.length] } });
      return ids.data;
    },
  });
}
