import { voiceFrameSamples } from "@metered/llmrtc-core";
import {
  loadRuntime,
  serveJobs,
  type RuntimeInfo,
  type RuntimeOptions,
} from "@metered/llmrtc-onnx";
import type { DetectionBatch } from "./contract.ts";
import { Silero } from "./model.ts";

serveJobs<RuntimeOptions, DetectionBatch, Float32Array, RuntimeInfo>(async (setup) => {
  const runtime = await loadRuntime(setup);
  const model = import.meta.resolve("@metered/llmrtc-model-silero-vad/silero_vad_v6.onnx");
  const silero = await Silero.open(runtime, new URL(model));
  await warmUp(silero);
  return {
    info: runtime.info,
    async *run(batch) {
      yield { result: await silero.detect(batch), last: true };
    },
  };
});

/** First runs are slow, and a new batch size costs a little again. */
async function warmUp(silero: Silero): Promise<void> {
  for (const count of [1, 1, 8, 2, 1]) {
    const streams = Array.from({ length: count }, (_, i) => -1 - i);
    await silero.detect({
      streams,
      closed: [],
      samples: new Int16Array(count * voiceFrameSamples),
    });
    await silero.detect({ streams: [], closed: streams, samples: new Int16Array(0) });
  }
}
