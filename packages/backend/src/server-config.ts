import {
  type ConversationProviders,
  defaultTimeouts,
  LLMRTCError,
  type InterruptionDetector,
  type Logger,
  type MetricsAdapter,
  NoopMetrics,
  type OrchestratorHooks,
  type ProviderTimeouts,
  type SentenceChunker,
  type ServerHooks,
  type SessionConfig,
  type TurnDetector,
  type VoiceDetector,
} from "@metered/llmrtc-core";
import type { CorsOptions } from "cors";
import type { IceServerOptions } from "./ice/choose.ts";
import type { MetricsAccess } from "./http/metrics.ts";
import { jsonLogger } from "./logging.ts";
import { type InterruptionOptions, turnTakingOf } from "./session/turn-taking.ts";
import type { EndOfTurnOptions } from "./media/end-of-turn.ts";
import { type AdmissionOptions, checkOrigins } from "./security/admission.ts";
import { type CapacityOptions, checkCapacity } from "./security/front-desk.ts";
import { type AddressOptions, checkAddresses, defaultPortRange } from "./transport/addresses.ts";

/** Options of {@link LLMRTCServer}. An option that is `undefined` counts as absent. */
export interface LLMRTCServerConfig
  extends IceServerOptions, AdmissionOptions, CapacityOptions, AddressOptions {
  /** What hears, thinks and speaks, for all calls. */
  readonly providers: ConversationProviders;
  /** Default 8787; 0 lets the system choose. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1: only this machine. */
  readonly host?: string | undefined;
  /** First message of every request to the model. */
  readonly systemPrompt?: string | undefined;
  /** How many messages of the call the model sees, besides the system prompt. Default 8. */
  readonly historyLimit?: number | undefined;
  /** Speak while the voice is being made. Default true. */
  readonly streamingTTS?: boolean | undefined;
  /** Recognise while the caller speaks; a provider that cannot stream is asked at each pause. Default true. */
  readonly streamingSTT?: boolean | undefined;
  /** A client that sends no `ping` for so many milliseconds is gone. Default 45_000. */
  readonly heartbeatTimeout?: number | undefined;
  /** For HTTP routes; default: all origins. */
  readonly cors?: CorsOptions | undefined;
  readonly hooks?: (ServerHooks & OrchestratorHooks) | undefined;
  /** Where numbers go, besides `GET /metrics`. */
  readonly metrics?: MetricsAdapter | undefined;
  /** Who may read `GET /metrics`, in the format of Prometheus. Default `local`. */
  readonly metricsAccess?: MetricsAccess | undefined;
  /** Cuts the reply into what is spoken at once; the last piece is carried over. */
  readonly sentenceChunker?: SentenceChunker | undefined;
  /** Temperature and limits of the language model. */
  readonly llm?: SessionConfig | undefined;
  /** Limits on waiting for providers. */
  readonly timeouts?: Partial<ProviderTimeouts> | undefined;
  /** When a caller's turn is over, judged by you. Default: as `endOfTurn` says. */
  readonly turnDetector?: TurnDetector | undefined;
  /** When a caller's turn is over: sooner or later, as his voice and his words tell. */
  readonly endOfTurn?: EndOfTurnOptions | undefined;
  /** How a voice over the agent is judged, and what follows. */
  readonly interruptions?: InterruptionOptions | undefined;
  /** Whether a voice over the agent takes the floor, judged by you. Default: by length and words. */
  readonly interruptionDetector?: InterruptionDetector | undefined;
  /**
   * Ask the model, and synthesise the first sentence, before it is sure that the caller has finished;
   * what he turns out not to have said is dropped. `auto`: at once at a pause with a model whose
   * provider is `local`, with others when the turn detector is nearly sure (it waits 400 ms at most).
   * True: at once. Default `auto`.
   */
  readonly preemptive?: "auto" | boolean | undefined;
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
}

const defaultSystemPrompt =
  "You are a helpful voice assistant. Your words are spoken aloud: answer briefly, in plain sentences, without lists or markup.";

/** The config with every default filled in. */
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
  checkMetricsAccess(config);
  const { timeouts, ...rest } = config;
  return {
    ...rest,
    port: config.port ?? 8787,
    host: config.host ?? "127.0.0.1",
    systemPrompt: config.systemPrompt ?? defaultSystemPrompt,
    historyLimit: config.historyLimit ?? 8,
    streamingTTS: config.streamingTTS ?? true,
    streamingSTT: config.streamingSTT ?? true,
    heartbeatTimeout: config.heartbeatTimeout ?? 45_000,
    hooks: config.hooks ?? {},
    metrics: config.metrics ?? new NoopMetrics(),
    metricsAccess: config.metricsAccess ?? "local",
    llm: config.llm ?? {},
    timeouts: {
      sttMs: timeouts?.sttMs ?? defaultTimeouts.sttMs,
      llmMs: timeouts?.llmMs ?? defaultTimeouts.llmMs,
      ttsMs: timeouts?.ttsMs ?? defaultTimeouts.ttsMs,
    },
    endOfTurn: config.endOfTurn ?? {},
    turnTaking: turnTakingOf(config),
    portRange: config.portRange ?? defaultPortRange,
    maxMessageBytes: config.maxMessageBytes ?? 1024 * 1024,
    playground: config.playground ?? true,
    logger: config.logger ?? jsonLogger(),
  };
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
