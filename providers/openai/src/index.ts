export { OpenAILLMProvider, type OpenAILLMProviderConfig } from "./llm.ts";
export { OpenAITTSProvider, type OpenAITTSProviderConfig } from "./tts.ts";
export { OpenAIWhisperProvider, type OpenAIWhisperProviderConfig } from "./whisper.ts";
