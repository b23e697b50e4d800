import { loadRuntime, serveJobs, type RuntimeInfo } from "@metered/llmrtc-onnx";
import { openTextFrontEnd } from "./open.ts";
import type { ReadingInput } from "./phonemize.ts";

/** Entry of the worker thread behind `phonemize`: text in, the phonemes of a sentence at a time out. */
serveJobs<undefined, ReadingInput, string, RuntimeInfo>(async () => {
  const runtime = await loadRuntime();
  const frontEnd = await openTextFrontEnd(runtime);
  return {
    info: runtime.info,
    async *run({ text, lexicon, natural }) {
      for await (const { phonemes } of frontEnd.sentences(text, { lexicon, natural }))
        yield { result: phonemes };
    },
  };
});
