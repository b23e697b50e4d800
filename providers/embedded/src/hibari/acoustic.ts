import { LLMRTCError } from "@metered/llmrtc-core";
import { floats, integers, type Runtime } from "@metered/llmrtc-onnx";
import { bins, type AcousticFrames } from "./frames.ts";

/** The net that turns phonemes into frames of sound. One run costs about 8 ms per second of speech. */
export interface AcousticModel {
  /**
   * @param ids phonemes as numbers of the model's vocabulary, 0 at both ends
   * @param speed 1 is the voice's own pace, 2 twice as fast
   * @throws {LLMRTCError} `MODEL_ERROR` when the net cannot take the phonemes
   */
  frames(ids: readonly number[], speed: number): Promise<AcousticFrames>;
  close(): Promise<void>;
}

/** @throws {LLMRTCError} `MODEL_ERROR` when the file is missing or is not this net */
export async function openAcousticModel(runtime: Runtime, model: URL): Promise<AcousticModel> {
  const session = await runtime.open(model, {
    outputs: {
      f0: "float32",
      lh: "float32",
      theta: "float32",
      ln: "float32",
      lr: "float32",
      phi: "float32",
    },
  });

  return {
    async frames(ids, speed) {
      const out = await session.run({
        ids: integers(ids, [1, ids.length]),
        speed: floats(Float32Array.of(speed)),
      });
      const frames = out.f0.data.length;
      if (out.lh.data.length !== bins * frames) {
        throw new LLMRTCError("MODEL_ERROR", "The acoustic model's spectra have another size");
      }
      return {
        frames,
        f0: out.f0.data,
        lh: out.lh.data,
        theta: out.theta.data,
        ln: out.ln.data,
        lr: out.lr.data,
        phi: out.phi.data,
      };
    },
    close: () => session.close(),
  };
}
