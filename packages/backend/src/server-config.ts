import {
  type ConversationProviders,
  LLMRTCError,
  type Logger,
  type MetricsAdapter,
  NoopMetrics,
  type OrchestratorHooks,
  type ServerHooks,
  type VoiceDetector,
} from "@metered/llmrtc-core";
import type { CorsOptions } from "cors";
import type { IceServerOptions } from "./ice/choose.ts";
import type { MetricsAccess } from "./http/metrics.ts";
import { jsonLogger } from "./logging.ts";
import { maskingLogger } from "./observe/masking-logger.ts";
import { serverAddresses } from "./observe/server-addresses.ts";
import { type AdmissionOptions, checkOrigins } from "./security/admission.ts";
import { type CapacityOptions, checkCapacity } from "./security/front-desk.ts";
import { checkConversation, type ConversationOptions } from "./session/conversation-options.ts";
import type { SessionFunction } from "./session/session-options.ts";
import { checkAddresses } from "./transport/address-options.ts";
import { type AddressOptions, defaultPortRange } from "./transport/addresses.ts";

/** Options of {@link LLMRTCServer}. An option that is `undefined` counts as absent. */
export interface LLMRTCServerConfig
  extends ConversationOptions, IceServerOptions, AdmissionOptions, CapacityOptions, AddressOptions {
  /** What hears, thinks and speaks, for all calls. */
  readonly providers: ConversationProviders;
  /** What is different in one call: who its caller is, what he likes. */
  readonly session?: SessionFunction | undefined;
  /** Default 8787; 0 lets the system choose. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1: only this machine. */
  readonly host?: string | undefined;
  /** A client that sends no `ping` for so many milliseconds is gone. Default 45_000. */
  readonly heartbeatTimeout?: number | undefined;
  /** For HTTP routes; default: all origins. */
  readonly cors?: CorsOptions | undefined;
  readonly hooks?: (ServerHooks & OrchestratorHooks) | undefined;
  /** Where numbers go, besides `GET /metrics`. */
  readonly metrics?: MetricsAdapter | undefined;
  /** Who may read `GET /metrics`, in the format of Prometheus. Default `local`. */
  readonly metricsAccess?: MetricsAccess | undefined;
  /** Tells voice from noise. Default: Silero, in a worker of this server. */
  readonly voiceDetector?: VoiceDetector | undefined;
  /** Largest signalling frame in bytes; a longer one closes the socket (1009). Default 1 MiB. */
  readonly maxMessageBytes?: number | undefined;
  /** How long a lost caller's session waits for him, in milliseconds. Default 30 minutes. */
  readonly sessionTTLMs?: number | undefined;
  /** Serve the playground at `/`. Default true. */
  readonly playground?: boolean | undefined;
  /** Default: warnings and errors as JSON lines on standard output. */
  readonly logger?: Logger | undefined;
  /** Log IP addresses in full. Default false: what is the server's own stays, others become `203.0.x.x`. */
  readonly logAddresses?: boolean | undefined;
}

/** The config with the server's own defaults filled in; those of a conversation are filled in for each. */
export type ResolvedConfig = ReturnType<typeof resolveConfig>;

/** @throws {LLMRTCError} `INVALID_CONFIG`, naming the option */
export function resolveConfig(config: LLMRTCServerConfig) {
  for (const kind of ["llm", "stt", "tts"] as const) {
    // Plain JavaScript callers have no compiler to tell them.
    if (!(config.providers as Partial<ConversationProviders> | undefined)?.[kind]) {
      throw new LLMRTCError("INVALID_CONFIG", `providers.${kind} is missing`);
    }
  }
  for (const name of ["playbook", "toolRegistry", "realtimeSpeech"]) {
    if ((config as object as Record<string, unknown>)[name] !== undefined)
      throw new LLMRTCError("INVALID_CONFIG", `${name} is not supported yet`);
  }
  checkOrigins(config);
  checkCapacity(config);
  checkAddresses(config);
  checkConversation(config);
  checkMetricsAccess(config);
  return {
    ...config,
    port: config.port ?? 8787,
    host: config.host ?? "127.0.0.1",
    heartbeatTimeout: config.heartbeatTimeout ?? 45_000,
    hooks: config.hooks ?? {},
    metrics: config.metrics ?? new NoopMetrics(),
    metricsAccess: config.metricsAccess ?? "local",
    endOfTurn: config.endOfTurn ?? {},
    portRange: config.portRange ?? defaultPortRange,
    maxMessageBytes: config.maxMessageBytes ?? 1024 * 1024,
    playground: config.playground ?? true,
    logger: loggerOf(config),
  };
}

/** Where every line of the server passes. Plain JavaScript may say `"false"`: only true is yes. */
function loggerOf(config: LLMRTCServerConfig): Logger {
  const { logger = jsonLogger(), logAddresses } = config;
  return logAddresses === true ? logger : maskingLogger(logger, serverAddresses(config));
}

/** An empty token would let everybody in who sends none. */
function checkMetricsAccess({ metricsAccess = "local" }: LLMRTCServerConfig): void {
  const given: unknown = typeof metricsAccess === "object" ? metricsAccess.token : metricsAccess;
  const fine =
    typeof metricsAccess === "object"
      ? typeof given === "string" && /^\S{16,}$/.test(given)
      : ["local", "everybody", "nobody"].includes(metricsAccess);
  if (fine) return;
  throw new LLMRTCError(
    "INVALID_CONFIG",
    "metricsAccess must be local, everybody, nobody or { token } with at least 16 characters, no space",
  );
}
