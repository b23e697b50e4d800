import type { Logger } from "@metered/llmrtc-core";

/** A socket broke; its `close` follows. The stack would only tell how Node reads sockets. */
export function logSocketError(logger: Logger, error: Error, fields: object = {}): void {
  const code = "code" in error ? error.code : undefined;
  logger.warn({ code, reason: error.message, ...fields }, "WebSocket error");
}
