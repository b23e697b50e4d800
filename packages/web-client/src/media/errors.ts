import type { ErrorCode } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";

/** Why `getUserMedia` refused, by the name of its DOMException (Media Capture, section 10.2). */
const codes: Record<string, ErrorCode> = {
  NotAllowedError: "MICROPHONE_DENIED",
  SecurityError: "MICROPHONE_DENIED",
  NotFoundError: "MICROPHONE_NOT_FOUND",
  OverconstrainedError: "MICROPHONE_NOT_FOUND",
  NotReadableError: "MICROPHONE_IN_USE",
  AbortError: "MICROPHONE_IN_USE",
};

const messages: Partial<Record<ErrorCode, string>> = {
  MICROPHONE_DENIED: "The microphone is not allowed on this page.",
  MICROPHONE_NOT_FOUND: "There is no such microphone.",
  MICROPHONE_IN_USE: "The microphone could not be opened; another program may hold it.",
};

export function microphoneError(cause: unknown): LLMRTCClientError {
  const name = cause instanceof Error ? cause.name : "";
  const code = codes[name] ?? "MICROPHONE_IN_USE";
  return new LLMRTCClientError(code, messages[code] ?? "", { cause });
}
