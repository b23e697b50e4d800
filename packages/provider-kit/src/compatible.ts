import type { StreamingLLM } from "./ai-sdk-model.ts";
import { lateModel } from "./late-model.ts";

export interface CompatibleModelOptions {
  /** For logs, metrics and errors. */
  readonly name: string;
  /** Where `/chat/completions` lives, e.g. `http://localhost:1234/v1`. */
  readonly baseURL: string;
  readonly model: string;
  /** Sent as a bearer token; servers on the own machine need none. */
  readonly apiKey?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** A model behind any server that speaks OpenAI's chat completions. */
export function openAICompatibleModel(options: CompatibleModelOptions): StreamingLLM {
  const { name, baseURL, model, apiKey, fetch } = options;
  return lateModel(name, async () => {
    const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
    const server = createOpenAICompatible({
      name,
      baseURL,
      ...(apiKey && { apiKey }),
      ...(fetch && { fetch }),
    });
    return server.chatModel(model);
  });
}
