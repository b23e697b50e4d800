export { LLMRTCWebClient } from "./client.ts";
export type { ReconnectionConfig, WebClientConfig } from "./config.ts";
export { ConnectionState } from "./connection/state.ts";
export { LLMRTCClientError } from "./errors.ts";
export type * from "./events.ts";
export type * from "./media/controllers.ts";
export { listMicrophones, listSpeakers, type AudioDevice } from "./media/devices.ts";
export { PROTOCOL_VERSION } from "@metered/llmrtc-core";
