import { LLMRTCClientError } from "../errors.ts";

/** From the application's `signallingUrl` function, or `new WebSocket` for what is no URL. */
export function connectError(cause: unknown): LLMRTCClientError {
  if (cause instanceof LLMRTCClientError) return cause;
  if (cause instanceof Error && cause.name === "SyntaxError") {
    return new LLMRTCClientError("INVALID_CONFIG", "signallingUrl is no WebSocket URL.", { cause });
  }
  return new LLMRTCClientError("SIGNALLING_FAILED", "There is no address to connect to.", {
    cause,
  });
}
