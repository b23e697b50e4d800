import type {
  AudioContainer,
  CallOptions,
  TTSConfig,
  TTSProvider,
  TTSResult,
} from "@metered/llmrtc-core";
import { postForBuffer, postForBytes, type PostOptions } from "@metered/llmrtc-provider-kit";
import { authorization, openAIBaseURL } from "./endpoint.ts";

export interface OpenAITTSProviderConfig {
  readonly apiKey?: string;
  /** A compatible server. Default `https://api.openai.com/v1`. */
  readonly baseURL?: string;
  /** Default `tts-1`; also `tts-1-hd`, `gpt-4o-mini-tts`. */
  readonly model?: string;
  /** Default `alloy`; also ash, ballad, coral, echo, fable, nova, onyx, sage, shimmer, verse. */
  readonly voice?: string;
  /** 0.25 to 4. Default 1. */
  readonly speed?: number;
  /** How to speak, in words. Only for the `gpt-…` models; the others do not get it. */
  readonly instructions?: string;
  /** Longest silence of the service. Default 10_000. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof globalThis.fetch;
}

/** What the API calls our containers. */
const responseFormats: Readonly<Record<AudioContainer, string>> = {
  mp3: "mp3",
  ogg: "opus",
  wav: "wav",
  pcm: "pcm",
};

/** OpenAI's speech, `POST /audio/speech`: streamed as it is made, s16le mono at 24 kHz. */
export class OpenAITTSProvider implements TTSProvider {
  readonly name = "openai-tts";
  readonly pcmSampleRate = 24_000;
  readonly model: string;
  readonly voice: string;
  readonly #config: OpenAITTSProviderConfig;

  constructor(config: OpenAITTSProviderConfig) {
    this.#config = config;
    this.model = config.model ?? "tts-1";
    this.voice = config.voice ?? "alloy";
  }

  /** @returns the whole speech; mp3 unless `config.format` says otherwise */
  async speak(text: string, config: TTSConfig = {}, options: CallOptions = {}): Promise<TTSResult> {
    const format = config.format ?? "mp3";
    const audio = await postForBuffer(this.#service, this.#url, {
      ...this.#request(text, { ...config, format }),
      signal: options.signal,
    });
    return { audio, format };
  }

  speakStream(
    text: string,
    config: TTSConfig = {},
    { signal }: CallOptions = {},
  ): AsyncIterable<Uint8Array> {
    const request = this.#request(text, { ...config, format: "pcm" });
    return postForBytes(this.#service, this.#url, { ...request, signal });
  }

  get #service() {
    return { name: this.name, kind: "TTS" } as const;
  }

  get #url(): string {
    return `${openAIBaseURL(this.#config.baseURL)}/audio/speech`;
  }

  #request(text: string, config: TTSConfig & { readonly format: AudioContainer }): PostOptions {
    const { apiKey, speed, instructions, timeoutMs, fetch } = this.#config;
    const model = config.model ?? this.model;
    return {
      headers: authorization(apiKey),
      body: {
        model,
        input: text,
        voice: config.voice ?? this.voice,
        response_format: responseFormats[config.format],
        ...(speed !== undefined && { speed }),
        ...(instructions && model.startsWith("gpt-") && { instructions }),
      },
      timeoutMs,
      fetch,
    };
  }
}
