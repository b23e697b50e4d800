import { LLMRTCError, type Logger, type ServerMessage } from "@metered/llmrtc-core";

/** What a client is told whose message could not be done: nothing that is not meant for it. */
export function refusalMessage(error: unknown): ServerMessage {
  const known = error instanceof LLMRTCError;
  return {
    type: "error",
    code: known ? error.code : "INTERNAL_ERROR",
    message: known ? error.message : "The server could not handle this message",
  };
}

/** What is refused on purpose is one short line; its cause may quote the message. A fault shows its place. */
export function logRefusal(logger: Logger, error: unknown, sessionId: string): void {
  if (error instanceof LLMRTCError) {
    logger.warn({ code: error.code, reason: error.message, sessionId }, "refused");
  } else {
    logger.error({ error, sessionId }, "a message could not be handled");
  }
}
