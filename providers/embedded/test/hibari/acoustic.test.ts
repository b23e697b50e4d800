import { loadRuntime } from "@metered/llmrtc-onnx";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAcousticModel, type AcousticModel } from "../../src/hibari/acoustic.ts";
import type { AcousticFrames } from "../../src/hibari/frames.ts";
import { modelFile } from "../../src/hibari/model-files.ts";
import { vocode } from "../../src/hibari/vocoder.ts";

interface Figures {
  readonly f0: readonly number[];
  readonly rms: number;
  readonly rmsPer100ms: readonly number[];
  readonly outputs: Readonly<Record<"lh" | "ln" | "lr", { readonly mean: number }>>;
}

interface GoldenCase {
  readonly text: string;
  readonly ids: readonly number[];
  readonly frames: number;
  readonly samples: number;
  /** The int8 model on a processor that saturates; and computed exactly. Either will do. */
  readonly nativeAvx2: Figures;
  readonly exact: Figures;
}

const cases = ["hello", "w6", "w15"].map((name) => {
  const file = new URL(`golden/acoustic-${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as GoldenCase;
});

describe.each(["native", "wasm"] as const)("with the %s runtime", (kind) => {
  let model: AcousticModel;

  beforeAll(async () => {
    const runtime = await loadRuntime({ runtime: kind });
    model = await openAcousticModel(runtime, modelFile("hibari.onnx"));
  }, 60_000);

  afterAll(() => model.close());

  test.each(cases)("“$text” is spoken as the reference speaks it", async (golden) => {
    const frames = await model.frames(golden.ids, 1);
    expect(frames.frames).toBe(golden.frames);

    const sound = Float32Array.from([...vocode(frames)].flatMap((block) => [...block]));
    expect(sound).toHaveLength(golden.samples);

    const misses = [golden.nativeAvx2, golden.exact].map((figures) => miss(figures, frames, sound));
    expect(misses).toContainEqual([]);
  });

  test("twice the speed is about half the time", async () => {
    const [, , golden] = cases;
    const ids = golden?.ids ?? [];
    const [slow, fast] = [await model.frames(ids, 1), await model.frames(ids, 2)];
    expect(fast.frames / slow.frames).toBeGreaterThan(0.4);
    expect(fast.frames / slow.frames).toBeLessThan(0.65);
  });
});

/** In which figures speech is not like the reference; samples may differ, what one hears may not. */
function miss(golden: Figures, frames: AcousticFrames, sound: Float32Array): string[] {
  const misses: string[] = [];
  const pitchOff = golden.f0.map((hz, frame) => Math.abs(hz - (frames.f0[frame] ?? 0)));
  const steady = pitchOff.filter((_, frame) => isSteady(golden.f0, frame));
  if (Math.max(...steady) > 5) misses.push(`f0 by ${Math.max(...steady)} Hz`);
  for (const name of ["lh", "ln", "lr"] as const) {
    const off = Math.abs(mean(frames[name]) - golden.outputs[name].mean);
    if (off > 0.2) misses.push(`${name} by ${off}`);
  }
  if (Math.abs(rms(sound) / golden.rms - 1) > 0.02) misses.push(`RMS ${rms(sound)}`);
  for (const [i, expected] of golden.rmsPer100ms.entries()) {
    const actual = rms(sound.subarray(i * 2400, (i + 1) * 2400));
    if (Math.abs(actual - expected) > 0.01 + 0.1 * expected) misses.push(`RMS at ${i * 100} ms`);
  }
  return misses;
}

/** Where voice sets in or ends, pitch falls to 0 within a frame or two and means nothing. */
function isSteady(f0: readonly number[], frame: number): boolean {
  return [-1, 0, 1].every((step) => {
    const hz = f0[frame + step] ?? 0;
    return hz > 80 && Math.abs(hz - (f0[frame] ?? 0)) < 30;
  });
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
