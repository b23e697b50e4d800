import {
  loadRuntime,
  serveJobs,
  type RuntimeInfo,
  type RuntimeOptions,
} from "@metered/llmrtc-onnx";
import { melBands, pictureFrames } from "./frame-ring.ts";
import { SmartTurn } from "./model.ts";

serveJobs<RuntimeOptions, Float32Array, number, RuntimeInfo>(async (setup) => {
  const runtime = await loadRuntime(setup);
  const model = import.meta.resolve("@metered/llmrtc-model-smart-turn/smart_turn_v3.2.onnx");
  const smartTurn = await SmartTurn.open(runtime, new URL(model));
  await smartTurn.finished(new Float32Array(melBands * pictureFrames)); // the first run is slow
  return {
    info: runtime.info,
    async *run(picture) {
      yield { result: await smartTurn.finished(picture), last: true };
    },
  };
});
