import type { ErrorCode } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";

type Refusal = readonly [code: ErrorCode, message: string];

const denied: Refusal = ["MICROPHONE_DENIED", "The microphone is not allowed on this page."];
const absent: Refusal = ["MICROPHONE_NOT_FOUND", "There is no such microphone."];
/** `NotReadableError`, `AbortError` and whatever browsers may think of. */
const inUse: Refusal = [
  "MICROPHONE_IN_USE",
  "The microphone could not be opened; another program may hold it.",
];

/** Why `getUserMedia` refused, by the name of its DOMException (Media Capture, section 10.2). */
const refusals: Readonly<Record<string, Refusal>> = {
  NotAllowedError: denied,
  SecurityError: denied,
  NotFoundError: absent,
  OverconstrainedError: absent,
};

export function microphoneError(cause: unknown): LLMRTCClientError {
  const [code, message] = refusals[cause instanceof Error ? cause.name : ""] ?? inUse;
  return new LLMRTCClientError(code, message, { cause });
}
