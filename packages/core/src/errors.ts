/**
 * What went wrong, in words a program can branch on. One closed list for the SDK and for the wire
 * message `error`. The first twenty are those of protocol v1.
 */
export const errorCodes = [
  "WEBRTC_UNAVAILABLE",
  "CONNECTION_FAILED",
  "SESSION_NOT_FOUND",
  "SESSION_EXPIRED",
  "STT_ERROR",
  "STT_TIMEOUT",
  "LLM_ERROR",
  "LLM_TIMEOUT",
  "TTS_ERROR",
  "TTS_TIMEOUT",
  "AUDIO_PROCESSING_ERROR",
  "VAD_ERROR",
  "INVALID_MESSAGE",
  "INVALID_AUDIO_FORMAT",
  "TOOL_ERROR",
  "PLAYBOOK_ERROR",
  "INTERNAL_ERROR",
  "RATE_LIMITED",
  "REALTIME_ERROR",
  "BUDGET_EXCEEDED",
  "INVALID_CONFIG",
  "INVALID_STATE",
  "ADDRESS_IN_USE",
  "MODEL_ERROR",
  "CLOSED",
  "SERVER_BUSY",
  // Client side only: the browser, its devices and the way to the server.
  "SIGNALLING_FAILED",
  "RECONNECTION_FAILED",
  "ACCESS_REFUSED",
  "UNSUPPORTED_BY_SERVER",
  "UNSUPPORTED_BROWSER",
  "INSECURE_CONTEXT",
  "MICROPHONE_DENIED",
  "MICROPHONE_NOT_FOUND",
  "MICROPHONE_IN_USE",
  "MICROPHONE_LOST",
  "PLAYBACK_BLOCKED",
  "OUTPUT_DEVICE_FAILED",
  "SERVER_ERROR",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * Base class of everything this SDK throws on purpose.
 *
 * Aborting is not an error of ours: an aborted call rejects with the signal's own `reason`.
 */
export class LLMRTCError extends Error {
  override readonly name: string = "LLMRTCError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Which kind of provider failed; the prefix of its wire codes (`STT_ERROR`, `STT_TIMEOUT`). */
export type ProviderKind = "STT" | "LLM" | "TTS";

/** A provider's service refused, broke or took too long. `retryable`: trying again can help. */
export class ProviderError extends LLMRTCError {
  override readonly name = "ProviderError";
  readonly provider: string;
  /** HTTP status, where there was one. */
  readonly status: number | undefined;
  readonly retryable: boolean;

  constructor(
    code: ErrorCode,
    provider: string,
    detail: string,
    info: { status?: number | undefined; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(code, `${provider}: ${detail}`, { cause: info.cause });
    this.provider = provider;
    this.status = info.status;
    this.retryable =
      info.retryable ?? (info.status === undefined || info.status === 429 || info.status >= 500);
  }
}
