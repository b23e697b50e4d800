import type { STTProvider, TTSProvider } from "@metered/llmrtc-core";
import type { Settings } from "./environment.ts";
import { invalid, named, sttNames, ttsNames } from "./providers-known.ts";
import { mayUseOpenAI, openAIName, type Choice } from "./providers-llm.ts";

const embeddedWhy = "it ships with the server and needs no key and no internet";

/** The ear: embedded unless STT_PROVIDER says otherwise. */
export async function chooseSTT(settings: Settings): Promise<Choice<STTProvider>> {
  const wanted = named("STT_PROVIDER", settings.STT_PROVIDER, sttNames) ?? "embedded";
  if (wanted === "embedded") {
    const { EmbeddedSTTProvider } = await import("@metered/llmrtc-provider-embedded");
    return {
      provider: new EmbeddedSTTProvider(),
      name: "embedded Whisper tiny.en",
      why: explained(settings, "STT_PROVIDER"),
    };
  }
  const { OpenAIWhisperProvider } = await import("@metered/llmrtc-provider-openai");
  const { OPENAI_STT_MODEL: model } = settings;
  const provider = new OpenAIWhisperProvider({
    ...access(settings, "STT_PROVIDER"),
    ...(model && { model }),
  });
  return {
    provider,
    name: `${openAIName(settings)} ${provider.model}`,
    why: explained(settings, "STT_PROVIDER"),
  };
}

/** The voice: embedded unless TTS_PROVIDER says otherwise. */
export async function chooseTTS(settings: Settings): Promise<Choice<TTSProvider>> {
  const wanted = named("TTS_PROVIDER", settings.TTS_PROVIDER, ttsNames) ?? "embedded";
  const why = explained(settings, "TTS_PROVIDER");
  if (wanted === "embedded") {
    const { EmbeddedTTSProvider } = await import("@metered/llmrtc-provider-embedded");
    const warning =
      "ELEVENLABS_API_KEY is set, but there is no ElevenLabs provider yet. Unset it to be rid of this line.";
    return {
      provider: new EmbeddedTTSProvider(),
      name: "embedded hibari",
      why,
      ...(settings.ELEVENLABS_API_KEY && { warnings: [warning] }),
    };
  }
  const { OpenAITTSProvider } = await import("@metered/llmrtc-provider-openai");
  const { OPENAI_TTS_MODEL: model, OPENAI_TTS_VOICE, OPENAI_TTS_INSTRUCTIONS } = settings;
  const provider = new OpenAITTSProvider({
    ...access(settings, "TTS_PROVIDER"),
    ...(model && { model }),
    voice: OPENAI_TTS_VOICE ?? "nova",
    ...(OPENAI_TTS_INSTRUCTIONS && { instructions: OPENAI_TTS_INSTRUCTIONS }),
  });
  return { provider, name: `${openAIName(settings)} ${provider.model}, ${provider.voice}`, why };
}

type SpeechVariable = "STT_PROVIDER" | "TTS_PROVIDER";

function explained(settings: Settings, variable: SpeechVariable): string {
  const given = settings[variable];
  return given === undefined ? embeddedWhy : `${variable} is ${given}`;
}

function access(
  settings: Settings,
  variable: SpeechVariable,
): { apiKey?: string; baseURL?: string } {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = settings;
  if (!mayUseOpenAI(settings)) {
    throw invalid(`LOCAL_ONLY is on, but ${variable} is openai; unset one of them`);
  }
  if (!apiKey && !baseURL) throw invalid(`${variable} is openai, but OPENAI_API_KEY is not set`);
  return { ...(apiKey && { apiKey }), ...(baseURL && { baseURL }) };
}
