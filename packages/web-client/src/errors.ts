import { LLMRTCError, type ConnectionReason, type ErrorCode } from "@metered/llmrtc-core";

interface Details extends ErrorOptions {
  readonly reason?: ConnectionReason | undefined;
}

/**
 * What the client throws, rejects with and passes to `error`. `message` says what happened, `remedy`
 * what the person in front of the page can do: both are English and fit to be shown.
 */
export class LLMRTCClientError extends LLMRTCError {
  override readonly name = "LLMRTCClientError";
  /** The call goes on, or trying again can help. */
  readonly recoverable: boolean;
  readonly remedy: string;
  /**
   * Why there is no connection, no microphone or no sound. Always there with `CONNECTION_FAILED`,
   * `SIGNALLING_FAILED`, `RECONNECTION_FAILED`, `ACCESS_REFUSED`, `MICROPHONE_…` and `PLAYBACK_BLOCKED`.
   */
  readonly reason: ConnectionReason | undefined;

  constructor(code: ErrorCode, message: string, options: Details = {}) {
    super(code, message, options);
    this.reason = options.reason ?? reasons[code];
    this.recoverable = !final.has(code);
    this.remedy = remedies[code];
  }
}

/** Codes after which the same try fails again, and a call does not go on by itself. */
const final: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "WEBRTC_UNAVAILABLE",
  "SESSION_NOT_FOUND",
  "SESSION_EXPIRED",
  "INVALID_MESSAGE",
  "INVALID_AUDIO_FORMAT",
  "BUDGET_EXCEEDED",
  "INVALID_CONFIG",
  "INVALID_STATE",
  "CLOSED",
  "INSECURE_CONTEXT",
  "UNSUPPORTED_BROWSER",
  "UNSUPPORTED_BY_SERVER",
  "ACCESS_REFUSED",
  "RECONNECTION_FAILED",
]);

/** The server ends the call after these; coming back would be refused or begin anew at its cost. */
const callEnding: ReadonlySet<string> = new Set<ErrorCode>([
  "BUDGET_EXCEEDED",
  "ACCESS_REFUSED",
  "WEBRTC_UNAVAILABLE",
]);

export function endsCall(code: string): boolean {
  return callEnding.has(code);
}

const reasons: Partial<Record<ErrorCode, ConnectionReason>> = {
  CONNECTION_FAILED: "other",
  RECONNECTION_FAILED: "other",
  SIGNALLING_FAILED: "signalling",
  ACCESS_REFUSED: "refused",
  SERVER_BUSY: "busy",
  UNSUPPORTED_BROWSER: "unsupported",
  UNSUPPORTED_BY_SERVER: "unsupported",
  MICROPHONE_DENIED: "microphone-denied",
  MICROPHONE_NOT_FOUND: "microphone-unavailable",
  MICROPHONE_IN_USE: "microphone-unavailable",
  MICROPHONE_LOST: "microphone-unavailable",
  PLAYBACK_BLOCKED: "playback-blocked",
};

const again = "Try again in a moment.";
const say = "Please say it again.";
const read = "Read the answer on the screen, or ask again.";
const network = "Check the internet connection, then try again.";
const operator = "Tell whoever runs this page.";
const newCall = "Start a new call.";

const remedies: Readonly<Record<ErrorCode, string>> = {
  WEBRTC_UNAVAILABLE: operator,
  CONNECTION_FAILED: "Try another network: a firewall or VPN may block calls.",
  SESSION_NOT_FOUND: newCall,
  SESSION_EXPIRED: newCall,
  STT_ERROR: say,
  STT_TIMEOUT: say,
  LLM_ERROR: say,
  LLM_TIMEOUT: say,
  TTS_ERROR: read,
  TTS_TIMEOUT: read,
  AUDIO_PROCESSING_ERROR: say,
  VAD_ERROR: say,
  INVALID_MESSAGE: again,
  INVALID_AUDIO_FORMAT: again,
  TOOL_ERROR: again,
  PLAYBOOK_ERROR: again,
  INTERNAL_ERROR: again,
  RATE_LIMITED: again,
  REALTIME_ERROR: again,
  BUDGET_EXCEEDED: newCall,
  INVALID_CONFIG: operator,
  INVALID_STATE: again,
  ADDRESS_IN_USE: again,
  MODEL_ERROR: again,
  CLOSED: again,
  SERVER_BUSY: again,
  SIGNALLING_FAILED: network,
  RECONNECTION_FAILED: network,
  ACCESS_REFUSED: "Sign in again, or tell whoever runs this page.",
  UNSUPPORTED_BY_SERVER: operator,
  UNSUPPORTED_BROWSER: "Use a current Chrome, Edge, Firefox or Safari.",
  INSECURE_CONTEXT: "Open this page over https:// or on localhost.",
  MICROPHONE_DENIED: "Allow the microphone for this site in the browser's address bar, then retry.",
  MICROPHONE_NOT_FOUND: "Plug in a microphone or choose another one, then retry.",
  MICROPHONE_IN_USE: "Close other programs that use the microphone, then retry.",
  MICROPHONE_LOST: "Plug in a microphone or choose another one, then retry.",
  PLAYBACK_BLOCKED: "Click or tap the page to hear the voice.",
  OUTPUT_DEVICE_FAILED: "Choose another speaker.",
  SERVER_ERROR: again,
};

/** An `error` message of the server. A code that this version does not know is `SERVER_ERROR`. */
export function serverError(code: string, message: string): LLMRTCClientError {
  return isKnown(code)
    ? new LLMRTCClientError(code, message)
    : new LLMRTCClientError("SERVER_ERROR", `${code}: ${message}`);
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(remedies, code);
}
