import { LLMRTCError } from "@metered/llmrtc-core";
import { loadNative } from "./native.ts";
import { openSession, type ModelOptions, type Ort, type Outputs, type Session } from "./session.ts";
import { loadWasm } from "./wasm.ts";

export type RuntimeKind = "native" | "wasm";

/** Which engine runs the models, and why; plain data, to be logged. */
export interface RuntimeInfo {
  readonly kind: RuntimeKind;
  /** Version of ONNX Runtime. */
  readonly version: string;
  /** One sentence for the log. */
  readonly reason: string;
}

export interface RuntimeOptions {
  /**
   * `auto` (default) is native where `onnxruntime-node` can be loaded, else wasm. The environment
   * variable `LLMRTC_ONNX` is asked when this is absent.
   */
  readonly runtime?: RuntimeKind | "auto" | undefined;
}

/** An engine that opens models. */
export interface Runtime {
  readonly info: RuntimeInfo;
  /**
   * @param model URL of a file, or its bytes
   * @throws {LLMRTCError} `MODEL_ERROR` when it cannot be read or lacks an output that was asked for
   */
  open<const Out extends Outputs>(
    model: URL | Uint8Array,
    options: ModelOptions<Out>,
  ): Promise<Session<Out>>;
}

/**
 * Loads the engine for this thread. Call it in a worker: whatever runs a model blocks its thread.
 *
 * @throws {LLMRTCError} `MODEL_ERROR` when the engine that was asked for cannot be loaded,
 * `INVALID_CONFIG` when `LLMRTC_ONNX` is none of `auto`, `native`, `wasm`
 */
export async function loadRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const { wanted, by } = preference(options);
  if (wanted === "wasm") return wasmRuntime(`${by} asks for wasm`);
  const native = await loadNative();
  if (native.ok) {
    const reason = wanted === "native" ? `${by} asks for native` : "onnxruntime-node is installed";
    return runtime(native.ort, { kind: "native", version: native.version, reason });
  }
  if (wanted === "native") {
    throw new LLMRTCError("MODEL_ERROR", `${by} asks for native, but ${native.why}`, {
      cause: native.cause,
    });
  }
  return wasmRuntime(native.why);
}

function preference({ runtime }: RuntimeOptions): { wanted: RuntimeKind | "auto"; by: string } {
  if (runtime !== undefined) return { wanted: runtime, by: "the option" };
  const value = process.env["LLMRTC_ONNX"] ?? "";
  if (value === "") return { wanted: "auto", by: "the default" };
  if (value === "auto" || value === "native" || value === "wasm") {
    return { wanted: value, by: "LLMRTC_ONNX" };
  }
  throw new LLMRTCError("INVALID_CONFIG", "LLMRTC_ONNX must be auto, native or wasm");
}

async function wasmRuntime(reason: string): Promise<Runtime> {
  const { ort, version } = await loadWasm();
  return runtime(ort, { kind: "wasm", version, reason });
}

function runtime(ort: Ort, info: RuntimeInfo): Runtime {
  const provider = info.kind === "native" ? "cpu" : "wasm";
  return { info, open: (model, options) => openSession(ort, provider, model, options) };
}
