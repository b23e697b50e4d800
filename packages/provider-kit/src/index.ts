export { aiSdkModel, type AiSdkModelOptions } from "./ai-sdk-model.ts";
export { openAICompatibleModel, type CompatibleModelOptions } from "./compatible.ts";
export { postForBuffer, postForBytes, postForJson, type PostOptions } from "./http.ts";
export { pcmFromBytes } from "./pcm.ts";
export { refusal, type Service } from "./service.ts";
