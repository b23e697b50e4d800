export { aiSdkModel, type AiSdkModelOptions, type StreamingLLM } from "./ai-sdk-model.ts";
export { openAICompatibleModel, type CompatibleModelOptions } from "./compatible.ts";
export { postForBuffer, postForBytes, postForJson, type PostOptions } from "./http.ts";
export { lateModel } from "./late-model.ts";
export { pcmFromBytes } from "@metered/llmrtc-core";
export { refusal, type Service } from "./service.ts";
