import type {
  CallOptions,
  LLMChunk,
  LLMProvider,
  LLMRequest,
  LLMResult,
} from "@metered/llmrtc-core";
import { openAICompatibleModel, type StreamingLLM } from "@metered/llmrtc-provider-kit";

export interface OllamaLLMProviderConfig {
  /** Default `http://localhost:11434`. */
  readonly baseUrl?: string;
  /** A model that was pulled. Default `llama3.1`. */
  readonly model?: string;
  /** Swap it in tests or to add a proxy. */
  readonly fetch?: typeof globalThis.fetch;
}

/** A model that Ollama serves, over its OpenAI-compatible interface at `/v1`. */
export class OllamaLLMProvider implements LLMProvider {
  readonly name = "ollama-llm";
  readonly local = true;
  readonly model: string;
  readonly #brain: StreamingLLM;

  constructor(config: OllamaLLMProviderConfig = {}) {
    const { baseUrl = "http://localhost:11434" } = config;
    this.model = config.model ?? "llama3.1";
    this.#brain = openAICompatibleModel({
      name: this.name,
      baseURL: `${baseUrl.replace(/\/+(?:v1\/*)?$/, "")}/v1`,
      model: this.model,
      fetch: config.fetch,
    });
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
