export { OllamaLLMProvider, type OllamaLLMProviderConfig } from "./ollama.ts";
