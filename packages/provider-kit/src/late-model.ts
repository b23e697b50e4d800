import type { LanguageModelV3 } from "@ai-sdk/provider";
import { aiSdkModel, type StreamingLLM } from "./ai-sdk-model.ts";

/**
 * A model whose vendor package is loaded at `init`, or at the first call without one: loading takes
 * tens of milliseconds, which a server that talks to another brain should not pay.
 */
export function lateModel(name: string, load: () => Promise<LanguageModelV3>): StreamingLLM {
  let loading: Promise<StreamingLLM> | undefined;
  const loaded = (): Promise<StreamingLLM> =>
    (loading ??= load().then((model) => aiSdkModel(model, { name })));

  return {
    name,
    init: async () => {
      await loaded();
    },
    complete: async (request, options) => (await loaded()).complete(request, options),
    stream: async function* (request, options) {
      yield* (await loaded()).stream(request, options);
    },
  };
}
