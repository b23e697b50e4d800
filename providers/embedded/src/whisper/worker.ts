import { loadRuntime, serveJobs, type RuntimeInfo, type Step } from "@metered/llmrtc-onnx";
import { Whisper, type Heard } from "./model.ts";
import type { WhisperSetup } from "./setup.ts";

serveJobs<WhisperSetup, Int16Array, Heard, RuntimeInfo>(async (setup) => {
  const runtime = await loadRuntime(setup);
  const config = import.meta.resolve("@metered/llmrtc-model-whisper-tiny-en/config.json");
  const whisper = await Whisper.open(runtime, new URL("./", config));
  await whisper.warmUp();
  return {
    info: runtime.info,
    async *run(pcm): AsyncGenerator<Step<Heard>, void> {
      const steps = whisper.hear(pcm);
      let step = await steps.next();
      for (; !step.done; step = await steps.next()) yield {};
      yield { result: step.value };
    },
  };
});
