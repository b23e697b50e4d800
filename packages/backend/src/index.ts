export * from "@metered/llmrtc-core";
export * from "@metered/llmrtc-provider-embedded";
export * from "@metered/llmrtc-provider-lmstudio";
export * from "@metered/llmrtc-provider-local";
export * from "@metered/llmrtc-provider-openai";
export { chooseProviders, createProvidersFromEnv } from "./cli/providers.ts";
export type { ChooseOptions, ChosenProviders, ProviderReport } from "./cli/providers.ts";
export type { IceTransportPolicy } from "./ice/choose.ts";
export { type CloudflareOptions, cloudflareIceServers } from "./ice/cloudflare.ts";
export { type MeteredOptions, meteredIceServers } from "./ice/metered.ts";
export type {
  IceServerFunction,
  IceServerLease,
  IceServerRequest,
  IceServerSource,
} from "./ice/source.ts";
export { turnRestIceServers, type TurnRestOptions } from "./ice/turn-rest.ts";
export { twilioIceServers, type TwilioOptions } from "./ice/twilio.ts";
export type { SessionTerms, Verdict } from "./security/admission.ts";
export type { MetricsAccess } from "./http/metrics.ts";
export { maskingLogger } from "./observe/masking-logger.ts";
export { PrometheusMetrics, type PrometheusMetricsOptions } from "./observe/prometheus-metrics.ts";
export { jsonLogger } from "./logging.ts";
export {
  openSmartTurn,
  type SmartTurnModel,
  type SmartTurnOptions,
} from "./media/smart-turn/smart-turn.ts";
export { openSilero, type SileroDetector, type SileroOptions } from "./media/silero/silero.ts";
export type { ConversationOptions } from "./session/conversation-options.ts";
export type { SessionFunction, SessionOptions } from "./session/session-options.ts";
export type * from "./session/session-handle.ts";
export { LLMRTCServer, type LLMRTCServerEvents } from "./server.ts";
export type { LLMRTCServerConfig } from "./server-config.ts";
export type { InterruptionOptions } from "./session/turn-taking.ts";
