import { APICallError, InvalidPromptError, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import type { ProviderError } from "@metered/llmrtc-core";
import { isOurs, reachabilityDetail, refusal, statusDetail, vendorCode } from "./service.ts";

/**
 * What went wrong with a model, without a word of the vendor's: its texts may quote prompts, keys or
 * account names, so neither message nor `cause` carries them.
 */
export function modelFailure(name: string, error: unknown): Error {
  if (isOurs(error)) return error;
  const service = { name, kind: "LLM" } as const;
  if (APICallError.isInstance(error)) return apiFailure(service, error);
  if (UnsupportedFunctionalityError.isInstance(error)) {
    return refusal(service, `cannot take ${error.functionality}`, { retryable: false });
  }
  if (InvalidPromptError.isInstance(error)) {
    return refusal(service, "cannot take this conversation", { retryable: false });
  }
  const code = vendorCode(error);
  if (code !== undefined) return refusal(service, `failed in the middle of its reply (${code})`);
  return refusal(service, "failed or answered in a form that is not understood");
}

function apiFailure(
  service: { readonly name: string; readonly kind: "LLM" },
  error: APICallError,
): ProviderError {
  const { statusCode: status } = error;
  if (status === undefined) return refusal(service, reachabilityDetail(error));
  // The service said yes, and then the connection broke or the body made no sense.
  if (status < 400)
    return refusal(service, "broke off or answered in a form that is not understood");
  return refusal(service, statusDetail(status, vendorCode(error.data)), { status });
}
