import type {
  CallOptions,
  LLMChunk,
  LLMProvider,
  LLMRequest,
  LLMResult,
} from "@metered/llmrtc-core";
import { lateModel, openAICompatibleModel, type StreamingLLM } from "@metered/llmrtc-provider-kit";
import { isOpenAI, openAIBaseURL } from "./endpoint.ts";

export interface OpenAILLMProviderConfig {
  /** May be left out for a compatible server that asks for none. */
  readonly apiKey?: string;
  /** Another server that speaks OpenAI's chat completions: vLLM, llama.cpp, a gateway. */
  readonly baseURL?: string;
  /** Default `gpt-4o-mini`. */
  readonly model?: string;
  /** Swap it in tests or to add a proxy. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * OpenAI's language models, and those of compatible servers, over chat completions: nothing of the
 * conversation is stored on OpenAI's side.
 */
export class OpenAILLMProvider implements LLMProvider {
  readonly name = "openai-llm";
  readonly model: string;
  readonly #brain: StreamingLLM;

  constructor(config: OpenAILLMProviderConfig) {
    this.model = config.model ?? "gpt-4o-mini";
    const baseURL = openAIBaseURL(config.baseURL);
    const settings = { ...config, name: this.name, model: this.model, baseURL };
    this.#brain = isOpenAI(baseURL) ? openAIModel(settings) : openAICompatibleModel(settings);
  }

  async init(): Promise<void> {
    await this.#brain.init?.();
  }

  complete(request: LLMRequest, options?: CallOptions): Promise<LLMResult> {
    return this.#brain.complete(request, options);
  }

  stream(request: LLMRequest, options?: CallOptions): AsyncIterable<LLMChunk> {
    return this.#brain.stream(request, options);
  }
}

function openAIModel(settings: {
  readonly name: string;
  readonly model: string;
  readonly baseURL: string;
  readonly apiKey?: string;
  readonly fetch?: typeof globalThis.fetch;
}): StreamingLLM {
  const { name, model, baseURL, apiKey, fetch } = settings;
  return lateModel(name, async () => {
    const { createOpenAI } = await import("@ai-sdk/openai");
    // An absent key is sent as an empty one: the SDK would look into the environment for it.
    const openai = createOpenAI({ apiKey: apiKey ?? "", baseURL, ...(fetch && { fetch }) });
    return openai.chat(model);
  });
}
