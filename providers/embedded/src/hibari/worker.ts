import { loadRuntime, now, serveJobs, type Runtime } from "@metered/llmrtc-onnx";
import { readFile } from "node:fs/promises";
import { openAcousticModel } from "./acoustic.ts";
import { modelFile } from "./model-files.ts";
import { speechJob, type SpeechInput, type SpeechParts, type VoiceSetup } from "./speech-job.ts";
import { loadTextFrontEnd } from "./text/front-end.ts";

/** Entry of the worker thread: the front end, two nets and the vocoder, for all calls. */
serveJobs(async (setup: VoiceSetup) => {
  const runtime = await loadRuntime(setup);
  const acoustic = await openAcousticModel(runtime, modelFile("hibari.onnx"));
  const frontEnd = await loadTextFrontEnd({
    readFile: (name) => readFile(modelFile(name)),
    lettersToSounds: await openLettersToSounds(runtime),
    lexicon: setup.lexicon,
  });
  const parts: SpeechParts = { acoustic, frontEnd, now };
  await warmUp(parts);
  return {
    info: runtime.info,
    run: (input: SpeechInput, context) => speechJob(parts, input, context),
  };
});

async function openLettersToSounds(runtime: Runtime) {
  const net = await runtime.open(modelFile("oov.onnx"), { outputs: { ids: "int64" } });
  return async (letters: BigInt64Array): Promise<BigInt64Array> => {
    const { ids } = await net.run({ chars: { data: letters, dims: [1, letters.length] } });
    return ids.data;
  };
}

/** The first run of everything is ten times slower than the second. "Hibari" is in no dictionary. */
async function warmUp(parts: SpeechParts): Promise<void> {
  const text = "Hibari is ready to speak with you, and it takes its time.";
  const input = { text, speed: 1, continues: false };
  const steps = speechJob(parts, input, { dueAt: now() });
  while (!(await steps.next()).done);
}
