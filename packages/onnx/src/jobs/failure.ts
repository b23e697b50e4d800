import { LLMRTCError } from "@metered/llmrtc-core";
import type { Failure } from "./contract.ts";

/** Makes an error fit to be posted to another thread. Foreign errors become `MODEL_ERROR`. */
export function toFailure(error: unknown): Failure {
  if (error instanceof LLMRTCError) return { code: error.code, message: withCauses(error) };
  return { code: "MODEL_ERROR", message: withCauses(error) };
}

export function fromFailure({ code, message }: Failure): LLMRTCError {
  return new LLMRTCError(code, message);
}

/** Causes do not cross threads, so their messages are joined to the error's own. */
function withCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${withCauses(error.cause)}`;
}
