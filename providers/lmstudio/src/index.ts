export { LMStudioLLMProvider, type LMStudioLLMProviderConfig } from "./llm.ts";
