import type { Logger } from "@metered/llmrtc-core";
import { pino } from "pino";

/**
 * JSON lines on standard output, from `level` on.
 *
 * Of an error only name, code, message and stack are written, of its cause only name and message:
 * vendors put requests, headers and with them secrets into other fields.
 */
export function jsonLogger(level = "warn"): Logger {
  return pino({ name: "llmrtc", level, serializers: { error: loggableError } });
}

function loggableError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: typeof error };
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    stack,
    ...("code" in error && typeof error.code === "string" && { code: error.code }),
    ...(cause instanceof Error && { cause: { name: cause.name, message: cause.message } }),
  };
}
