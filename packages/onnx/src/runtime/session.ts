import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { LLMRTCError } from "@metered/llmrtc-core";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import type { ElementType, Tensor, TensorData } from "./tensor.ts";

/** Output name → element type, e.g. `{ logits: "float32" }`. */
export type Outputs = Readonly<Record<string, ElementType>>;

export interface ModelOptions<Out extends Outputs> {
  /** The outputs to compute and their types. */
  readonly outputs: Out;
  /** Session configuration entries of ONNX Runtime, e.g. `{ "session.x64quantprecision": "1" }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** A loaded model. Runs one at a time on one thread; `run` blocks that thread, so use a worker. */
export interface Session<Out extends Outputs> {
  /** @throws {LLMRTCError} `MODEL_ERROR` when shapes or types do not fit the model */
  run(
    feeds: Readonly<Record<string, Tensor>>,
  ): Promise<{ readonly [Name in keyof Out]: Tensor<TensorData[Out[Name]]> }>;
  /** Frees the model's memory. */
  close(): Promise<void>;
}

/** The part of `onnxruntime-node` and of `onnxruntime-web` that is used here. */
export interface Ort {
  readonly InferenceSession: {
    create(
      model: string | Uint8Array,
      options: InferenceSession.SessionOptions,
    ): Promise<OrtSession>;
  };
  readonly Tensor: new (
    type: ElementType,
    data: TensorData[ElementType],
    dims: readonly number[],
  ) => OrtTensor;
}

type OrtSession = Pick<InferenceSession, "outputNames" | "run" | "release">;

/** Opens a model in the given engine. One thread: more make ONNX Runtime spin a core between runs. */
export async function openSession<Out extends Outputs>(
  ort: Ort,
  provider: "cpu" | "wasm",
  model: URL | Uint8Array,
  { outputs, config }: ModelOptions<Out>,
): Promise<Session<Out>> {
  const session = await source(provider, model)
    .then((from) =>
      ort.InferenceSession.create(from, {
        executionProviders: [provider],
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionMode: "sequential",
        logSeverityLevel: 3,
        ...(config && { extra: nested(config) }),
      }),
    )
    .catch((cause: unknown) => {
      throw new LLMRTCError("MODEL_ERROR", `Cannot load ${nameOf(model)}`, { cause });
    });
  const names = Object.keys(outputs);
  const missing = names.filter((name) => !session.outputNames.includes(name));
  if (missing.length > 0) {
    throw new LLMRTCError("MODEL_ERROR", `${nameOf(model)} has no output ${missing.join(", ")}`);
  }

  return {
    async run(feeds) {
      const results = await session.run(ortFeeds(ort, feeds), names).catch((cause: unknown) => {
        throw new LLMRTCError("MODEL_ERROR", `${nameOf(model)} failed`, { cause });
      });
      const tensors: Record<string, Tensor> = {};
      for (const name of names) {
        const result = results[name];
        if (!result || result.type !== outputs[name]) {
          throw new LLMRTCError("MODEL_ERROR", `Output ${name} is not ${outputs[name] ?? "known"}`);
        }
        tensors[name] = { data: result.data as TensorData[ElementType], dims: result.dims };
      }
      return tensors as { [Name in keyof Out]: Tensor<TensorData[Out[Name]]> };
    },
    async close() {
      await session.release();
    },
  };
}

/** Native reads files itself, which spares a copy of the weights. */
async function source(
  provider: "cpu" | "wasm",
  model: URL | Uint8Array,
): Promise<string | Uint8Array> {
  if (model instanceof Uint8Array) return model;
  return provider === "cpu" ? fileURLToPath(model) : readFile(model);
}

function ortFeeds(ort: Ort, feeds: Readonly<Record<string, Tensor>>): Record<string, OrtTensor> {
  const entries = Object.entries(feeds).map(([name, { data, dims }]) => {
    const type = data instanceof BigInt64Array ? "int64" : "float32";
    return [name, new ort.Tensor(type, data, dims)] as const;
  });
  return Object.fromEntries(entries);
}

/** `{ "session.a": "1" }` → `{ session: { a: "1" } }`, the shape that ONNX Runtime's JS API takes. */
function nested(config: Readonly<Record<string, string>>): Record<string, unknown> {
  const root: Record<string, Record<string, string>> = {};
  for (const [key, value] of Object.entries(config)) {
    const dot = key.indexOf(".");
    (root[key.slice(0, dot)] ??= {})[key.slice(dot + 1)] = value;
  }
  return root;
}

function nameOf(model: URL | Uint8Array): string {
  return model instanceof URL ? `model ${model.pathname.split("/").at(-1) ?? ""}` : "model";
}
