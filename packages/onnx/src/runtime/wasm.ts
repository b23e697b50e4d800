import { readFile } from "node:fs/promises";
import { LLMRTCError } from "@metered/llmrtc-core";
import type { Env } from "onnxruntime-common";
import type { Ort } from "./session.ts";

/** Written next to the compiled code by `build.mjs`. */
const loader = new URL("../wasm/ort.mjs", import.meta.url);
const binary = new URL("../wasm/ort.wasm", import.meta.url);

/** Loads the WebAssembly build that this package carries. */
export async function loadWasm(): Promise<{ ort: Ort; version: string }> {
  try {
    const ort = (await import(loader.href)) as Ort & { readonly env: Env };
    ort.env.logLevel = "error"; // its warnings would be printed
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = await readFile(binary);
    return { ort, version: ort.env.versions.common };
  } catch (cause) {
    throw new LLMRTCError("MODEL_ERROR", "The WebAssembly build of ONNX Runtime does not load", {
      cause,
    });
  }
}
