import type { CallOptions, STTConfig, STTProvider, STTResult } from "@metered/llmrtc-core";
import { postForJson, refusal } from "@metered/llmrtc-provider-kit";
import { authorization, openAIBaseURL } from "./endpoint.ts";

export interface OpenAIWhisperProviderConfig {
  readonly apiKey?: string;
  /** A compatible server. Default `https://api.openai.com/v1`. */
  readonly baseURL?: string;
  /** Default `whisper-1`; `gpt-4o-mini-transcribe` and `gpt-4o-transcribe` work too. */
  readonly model?: string;
  /** Language of the speech, e.g. `en`. Default: the model finds out. */
  readonly language?: string;
  /** Longest silence of the service. Default 10_000. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof globalThis.fetch;
}

/** OpenAI's speech to text: one upload per utterance, `POST /audio/transcriptions`. */
export class OpenAIWhisperProvider implements STTProvider {
  readonly name = "openai-whisper";
  readonly model: string;
  readonly #config: OpenAIWhisperProviderConfig;

  constructor(config: OpenAIWhisperProviderConfig) {
    this.#config = config;
    this.model = config.model ?? "whisper-1";
  }

  async transcribe(
    audio: Uint8Array,
    config: STTConfig = {},
    { signal }: CallOptions = {},
  ): Promise<STTResult> {
    const { apiKey, baseURL, timeoutMs, fetch } = this.#config;
    const service = { name: this.name, kind: "STT" } as const;
    const answer = await postForJson(service, `${openAIBaseURL(baseURL)}/audio/transcriptions`, {
      headers: authorization(apiKey),
      body: this.#form(audio, config),
      signal,
      timeoutMs,
      fetch,
    });
    if (!hasText(answer)) throw refusal(service, "answered without a text");
    return { text: answer.text.trim(), isFinal: true, raw: answer };
  }

  #form(audio: Uint8Array, config: STTConfig): FormData {
    const language = config.language ?? this.#config.language;
    const { extension, mimeType } = container(audio);
    const form = new FormData();
    form.set("file", new Blob([new Uint8Array(audio)], { type: mimeType }), `speech.${extension}`);
    form.set("model", config.model ?? this.model);
    form.set("response_format", "json");
    // The service knows ISO 639-1 alone: `en`, not `en-GB`.
    if (language) form.set("language", language.replace(/-.*$/, ""));
    return form;
  }
}

function hasText(answer: unknown): answer is { text: string } {
  return (
    typeof answer === "object" &&
    answer !== null &&
    "text" in answer &&
    typeof answer.text === "string"
  );
}

/** The kind of file by its first bytes: the service goes by the file's name. */
function container(audio: Uint8Array): { extension: string; mimeType: string } {
  const start = Buffer.from(audio.subarray(0, 4)).toString("latin1");
  if (start === "RIFF") return { extension: "wav", mimeType: "audio/wav" };
  if (start === "OggS") return { extension: "ogg", mimeType: "audio/ogg" };
  // An ID3 tag, or the eleven set bits that every MPEG audio frame begins with.
  if (start.startsWith("ID3") || /^\xff[\xe0-\xff]/.test(start)) {
    return { extension: "mp3", mimeType: "audio/mpeg" };
  }
  return { extension: "webm", mimeType: "audio/webm" };
}
