import { LLMRTCError } from "@metered/llmrtc-core";
import * as z from "zod";
import type { IceServerOptions } from "../ice/choose.ts";
import type { MetricsAccess } from "../http/metrics.ts";
import type { AdmissionOptions } from "../security/admission.ts";
import type { CapacityOptions } from "../security/front-desk.ts";
import type { AddressOptions } from "../transport/addresses.ts";
import { iceFields, iceSettings } from "./environment-ice.ts";
import {
  addresses,
  flag,
  host,
  logLevel,
  metricsAccess,
  metricsToken,
  origins,
  portRange,
  providerName,
  secret,
  text,
  webAddress,
  wholeNumber,
  words,
} from "./environment-fields.ts";

/** Where settings come from: `process.env`, or the like in tests. */
export type Variables = Readonly<Record<string, string | undefined>>;

const schema = z.object({
  PORT: wholeNumber(0, 65_535).exactOptional(),
  HOST: host.exactOptional(),
  SYSTEM_PROMPT: text.exactOptional(),
  GREETING: text.exactOptional(),
  STREAMING_TTS: flag.exactOptional(),
  STREAMING_STT: flag.exactOptional(),
  LOG_LEVEL: logLevel.exactOptional(),
  LOG_ADDRESSES: flag.exactOptional(),
  HISTORY_LIMIT: wholeNumber(1, 10_000).exactOptional(),
  ...iceFields,
  ICE_INTERFACES: words.exactOptional(),
  ANNOUNCED_ADDRESSES: addresses.exactOptional(),
  PORT_RANGE: portRange.exactOptional(),
  ALLOWED_ORIGINS: origins.exactOptional(),
  METRICS_ACCESS: metricsAccess.exactOptional(),
  METRICS_TOKEN: metricsToken.exactOptional(),
  MAX_SESSIONS: wholeNumber(1, 100_000).exactOptional(),
  MAX_EVENT_LOOP_DELAY_MS: wholeNumber(1, 60_000).exactOptional(),

  LLM_PROVIDER: providerName.exactOptional(),
  STT_PROVIDER: providerName.exactOptional(),
  TTS_PROVIDER: providerName.exactOptional(),
  LOCAL_ONLY: flag.exactOptional(),
  OPENAI_API_KEY: secret.exactOptional(),
  OPENAI_BASE_URL: webAddress.exactOptional(),
  OPENAI_MODEL: text.exactOptional(),
  OPENAI_STT_MODEL: text.exactOptional(),
  OPENAI_TTS_MODEL: text.exactOptional(),
  OPENAI_TTS_VOICE: text.exactOptional(),
  OPENAI_TTS_INSTRUCTIONS: text.exactOptional(),
  OLLAMA_BASE_URL: webAddress.exactOptional(),
  OLLAMA_MODEL: text.exactOptional(),
  LMSTUDIO_BASE_URL: webAddress.exactOptional(),
  LMSTUDIO_MODEL: text.exactOptional(),
  // Read only to say that this release cannot use them.
  ANTHROPIC_API_KEY: text.exactOptional(),
  GOOGLE_API_KEY: text.exactOptional(),
  OPENROUTER_API_KEY: text.exactOptional(),
  ZAI_API_KEY: text.exactOptional(),
  ELEVENLABS_API_KEY: text.exactOptional(),
});

/** The variables that were set, parsed. */
export type Settings = z.infer<typeof schema>;

/** Settings of the server: fields of its options, only those that were set. */
export interface ServerSettings
  extends
    IceServerOptions,
    AddressOptions,
    CapacityOptions,
    Pick<AdmissionOptions, "allowedOrigins"> {
  readonly port?: number;
  readonly host?: string;
  readonly systemPrompt?: string;
  readonly greeting?: string;
  readonly streamingTTS?: boolean;
  readonly streamingSTT?: boolean;
  readonly historyLimit?: number;
  readonly logAddresses?: boolean;
  readonly metricsAccess?: MetricsAccess;
}

export interface Environment {
  readonly server: ServerSettings;
  /** For `chooseProviders`. */
  readonly settings: Settings;
}

/**
 * Reads all environment variables of the server. An empty variable counts as not set.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`, one line that names every faulty variable and quotes none
 */
export function parseEnvironment(variables: Variables): Environment {
  const settings = parseSettings(variables);
  return { settings, server: serverSettings(settings) };
}

function parseSettings(variables: Variables): Settings {
  const given = Object.keys(schema.shape).flatMap((name) => {
    const value = variables[name]?.trim();
    return value ? [[name, value]] : [];
  });
  const result = schema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  const faults = new Map(
    result.error.issues.map((issue) => [String(issue.path[0]), fault(issue)] as const),
  );
  throw new LLMRTCError("INVALID_CONFIG", [...faults.values()].join("; "));
}

function fault({ path, message }: z.core.$ZodIssue): string {
  const [name, ...inside] = path.map(String);
  return inside.length > 0
    ? `${name ?? ""}: ${inside.join(".")} is wrong`
    : `${name ?? ""} ${message}`;
}

function serverSettings(settings: Settings): ServerSettings {
  const { PORT, HOST, SYSTEM_PROMPT, GREETING } = settings;
  const { STREAMING_TTS, STREAMING_STT, HISTORY_LIMIT, LOG_ADDRESSES } = settings;
  const { METRICS_ACCESS, METRICS_TOKEN } = settings;
  if (METRICS_TOKEN !== undefined && METRICS_ACCESS !== undefined) {
    throw new LLMRTCError(
      "INVALID_CONFIG",
      "METRICS_TOKEN and METRICS_ACCESS exclude each other: with a token, who has it may read",
    );
  }
  const access = METRICS_TOKEN === undefined ? METRICS_ACCESS : { token: METRICS_TOKEN };
  const { ICE_INTERFACES, ANNOUNCED_ADDRESSES, PORT_RANGE, ALLOWED_ORIGINS } = settings;
  const { MAX_SESSIONS, MAX_EVENT_LOOP_DELAY_MS } = settings;
  return {
    ...(PORT !== undefined && { port: PORT }),
    ...(HOST !== undefined && { host: HOST }),
    ...(SYSTEM_PROMPT !== undefined && { systemPrompt: SYSTEM_PROMPT }),
    ...(GREETING !== undefined && { greeting: GREETING }),
    ...(STREAMING_TTS !== undefined && { streamingTTS: STREAMING_TTS }),
    ...(STREAMING_STT !== undefined && { streamingSTT: STREAMING_STT }),
    ...(HISTORY_LIMIT !== undefined && { historyLimit: HISTORY_LIMIT }),
    ...(LOG_ADDRESSES !== undefined && { logAddresses: LOG_ADDRESSES }),
    ...(ICE_INTERFACES !== undefined && { interfaces: ICE_INTERFACES }),
    ...(ANNOUNCED_ADDRESSES !== undefined && { announcedAddresses: ANNOUNCED_ADDRESSES }),
    ...(PORT_RANGE !== undefined && { portRange: PORT_RANGE }),
    ...(access !== undefined && { metricsAccess: access }),
    ...(ALLOWED_ORIGINS !== undefined && { allowedOrigins: ALLOWED_ORIGINS }),
    ...(MAX_SESSIONS !== undefined && { maxSessions: MAX_SESSIONS }),
    ...(MAX_EVENT_LOOP_DELAY_MS !== undefined && { maxEventLoopDelayMs: MAX_EVENT_LOOP_DELAY_MS }),
    ...iceSettings(settings),
  };
}
