import type {
  CallOptions,
  LLMChunk,
  LLMProvider,
  LLMRequest,
  LLMResult,
} from "@metered/llmrtc-core";
import { openAICompatibleModel, type StreamingLLM } from "@metered/llmrtc-provider-kit";

export interface LMStudioLLMProviderConfig {
  /** Default `http://localhost:1234/v1`. */
  readonly baseUrl?: string;
  /** The model's key in LM Studio. Default `local-model`: whichever is loaded. */
  readonly model?: string;
  /** Swap it in tests or to add a proxy. */
  readonly fetch?: typeof globalThis.fetch;
}

/** A model that LM Studio serves on this machine or in this network. */
export class LMStudioLLMProvider implements LLMProvider {
  readonly name = "lmstudio-llm";
  readonly local = true;
  readonly model: string;
  readonly #brain: StreamingLLM;

  constructor(config: LMStudioLLMProviderConfig = {}) {
    this.model = config.model ?? "local-model";
    this.#brain = openAICompatibleModel({
      name: this.name,
      baseURL: config.baseUrl ?? "http://localhost:1234/v1",
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
