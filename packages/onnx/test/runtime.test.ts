import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { floats, integers, loadRuntime, type RuntimeKind } from "@metered/llmrtc-onnx";
import { afterEach, describe, expect, test, vi } from "vitest";

const model = new URL("../../../models/silero-vad/silero_vad_v6.onnx", import.meta.url);
const outputs = { output: "float32" } as const;
const sampleRate = { data: BigInt64Array.of(16_000n), dims: [] };
const quiet = {
  input: floats(new Float32Array(576), [1, 576]),
  state: floats(new Float32Array(256), [2, 1, 128]),
  sr: sampleRate,
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each<RuntimeKind>(["native", "wasm"])("the %s runtime", (kind) => {
  test("runs a model", async () => {
    const runtime = await loadRuntime({ runtime: kind });
    expect(runtime.info).toMatchObject({ kind, reason: `the option asks for ${kind}` });
    const session = await runtime.open(model, { outputs });
    const { output } = await session.run(quiet);
    expect(output.dims).toEqual([1, 1]);
    expect(output.data[0]).toBeGreaterThan(0);
    expect(output.data[0]).toBeLessThan(0.05);
    await session.close();
  });

  test("names what is wrong with a model or its input", async () => {
    const runtime = await loadRuntime({ runtime: kind });
    const wrong = { code: "MODEL_ERROR" };
    await expect(runtime.open(new URL("none.onnx", model), { outputs })).rejects.toMatchObject(
      wrong,
    );
    await expect(runtime.open(Uint8Array.of(1, 2, 3), { outputs })).rejects.toMatchObject(wrong);
    await expect(runtime.open(model, { outputs: { logits: "float32" } })).rejects.toThrow(
      "model silero_vad_v6.onnx has no output logits",
    );
    const session = await runtime.open(model, { outputs });
    await expect(
      session.run({ ...quiet, state: floats(new Float32Array(3)) }),
    ).rejects.toMatchObject(wrong);
    await session.close();
  });
});

describe("the choice of runtime", () => {
  test("is native where it is installed", async () => {
    expect((await loadRuntime()).info).toEqual({
      kind: "native",
      version: expect.stringMatching(/^1\./) as string,
      reason: "onnxruntime-node is installed",
    });
  });

  test("can be forced by the environment, and an option beats that", async () => {
    vi.stubEnv("LLMRTC_ONNX", "wasm");
    expect((await loadRuntime()).info).toMatchObject({
      kind: "wasm",
      reason: "LLMRTC_ONNX asks for wasm",
    });
    expect((await loadRuntime({ runtime: "native" })).info.kind).toBe("native");
  });

  test("refuses a value that it does not know", async () => {
    vi.stubEnv("LLMRTC_ONNX", "gpu");
    await expect(loadRuntime()).rejects.toMatchObject({ code: "INVALID_CONFIG" });
  });

  test("falls back to wasm where onnxruntime-node is missing, and says so", async () => {
    const script = fileURLToPath(new URL("fixtures/without-native.mjs", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    const [info, refusal] = stdout.trim().split("\n");
    expect(JSON.parse(info ?? "")).toMatchObject({
      kind: "wasm",
      reason: expect.stringContaining("onnxruntime-node is not installed") as string,
    });
    expect(refusal).toContain("the option asks for native, but onnxruntime-node is not installed");
  });
});

describe("tensors", () => {
  test("have one axis unless told otherwise", () => {
    expect(integers([1, 2, 3])).toEqual({ data: BigInt64Array.of(1n, 2n, 3n), dims: [3] });
    expect(floats(new Float32Array(6), [2, 3]).dims).toEqual([2, 3]);
  });
});
