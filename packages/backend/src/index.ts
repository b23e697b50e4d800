export * from "@metered/llmrtc-core";
export * from "@metered/llmrtc-provider-embedded";
export * from "@metered/llmrtc-provider-lmstudio";
export * from "@metered/llmrtc-provider-local";
export * from "@metered/llmrtc-provider-openai";
export { chooseProviders, createProvidersFromEnv } from "./cli/providers.ts";
export type { ChooseOptions, ChosenProviders, ProviderReport } from "./cli/providers.ts";
export type { IceServerSource } from "./ice/source.ts";
export type { MeteredOptions } from "./ice/metered.ts";
export { jsonLogger } from "./logging.ts";
export {
  openSmartTurn,
  type SmartTurnModel,
  type SmartTurnOptions,
} from "./media/smart-turn/smart-turn.ts";
export { openSilero, type SileroDetector, type SileroOptions } from "./media/silero/silero.ts";
export { LLMRTCServer, type LLMRTCServerEvents } from "./server.ts";
export type { LLMRTCServerConfig } from "./server-config.ts";
