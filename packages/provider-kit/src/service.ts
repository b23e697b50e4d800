import { LLMRTCError, ProviderError, type ProviderKind } from "@metered/llmrtc-core";

/** Who is being called, for errors: the provider's name and what it does. */
export interface Service {
  readonly name: string;
  readonly kind: ProviderKind;
}

/** The service refused or broke. Carries no vendor text: that may quote prompts, keys or accounts. */
export function refusal(
  { name, kind }: Service,
  detail: string,
  info: { readonly status?: number | undefined; readonly retryable?: boolean } = {},
): ProviderError {
  return new ProviderError(`${kind}_ERROR`, name, detail, info);
}

/** The service did not answer in time. */
export function timeout({ name, kind }: Service, afterMs: number): ProviderError {
  return new ProviderError(`${kind}_TIMEOUT`, name, `gave no answer for ${afterMs} ms`);
}

/** What an HTTP status says about whose fault it is and what to do. */
export function statusDetail(status: number, vendorCode?: string): string {
  const code = vendorCode === undefined ? "" : ` (${vendorCode})`;
  const advice = adviceFor(status);
  return `answered ${status}${code}${advice === undefined ? "" : `: ${advice}`}`;
}

function adviceFor(status: number): string | undefined {
  if (status === 401) return "check the API key";
  if (status === 403) return "this key may not do that";
  if (status === 404) return "no such model or address";
  if (status === 429) return "too many requests or no credit left";
  return undefined;
}

/**
 * The machine-readable code in a vendor's error body, e.g. `insufficient_quota`. Only short
 * snake_case words pass, so that no key, prompt or sentence can ride along.
 */
export function vendorCode(body: unknown): string | undefined {
  const error = field(body, "error") ?? body;
  for (const candidate of [field(error, "code"), field(error, "type")]) {
    if (typeof candidate !== "string" || candidate.length > 50) continue;
    if (/^[a-z]+(?:_[a-z]+){0,6}$/.test(candidate)) return candidate;
  }
  return undefined;
}

/** Why a connection could not be made, e.g. ` (ECONNREFUSED)`; empty when the system did not say. */
export function reachabilityDetail(error: unknown): string {
  let cause = error;
  for (let depth = 0; depth < 4 && cause !== undefined; depth++) {
    const code = field(cause, "code");
    if (typeof code === "string" && /^[A-Z][A-Z_]{3,40}$/.test(code)) {
      return `could not be reached (${code})`;
    }
    cause = field(cause, "cause");
  }
  return "could not be reached";
}

export function isOurs(error: unknown): error is LLMRTCError {
  return error instanceof LLMRTCError;
}

function field(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !(key in value)) return undefined;
  return (value as Record<string, unknown>)[key];
}
