import { LLMRTCError, type Logger } from "@metered/llmrtc-core";
import type { IncomingMessage } from "node:http";
import type { IceTransportPolicy } from "../ice/choose.ts";

/** What a caller who was let in may have that others have not. */
export interface SessionTerms {
  /** For this call, in place of the server's. */
  readonly iceTransportPolicy?: IceTransportPolicy | undefined;
}

/** `false` and `unauthorized`: who is that? `forbidden`: known, but not allowed. */
export type Verdict = boolean | "unauthorized" | "forbidden" | SessionTerms;

export interface AdmissionOptions {
  /**
   * Decides about a caller by the request that opens its socket: URL, headers, address. Browsers can
   * send a token in the URL or as a subprotocol, and cookies. What it throws refuses the caller.
   * Default: everybody is let in.
   */
  readonly authenticate?: ((request: IncomingMessage) => Verdict | Promise<Verdict>) | undefined;
  /**
   * Pages that may call, as browsers write them: `https://app.example.com`. A request without an
   * `Origin` comes from no page and is left to `authenticate`. Default: all.
   */
  readonly allowedOrigins?: readonly string[] | undefined;
}

/** `code` is a WebSocket close code, after the HTTP status of the same meaning. */
export type Admission =
  | { readonly admitted: true; readonly terms: SessionTerms }
  | { readonly admitted: false; readonly code: 4401 | 4403; readonly reason: string };

/** A caller's token is checked by then, or never. */
const decideWithinMs = 10_000;

/** Decides about one caller. Nothing has been made for it yet. Never rejects. */
export async function admit(
  request: IncomingMessage,
  { authenticate, allowedOrigins }: AdmissionOptions,
  logger: Logger,
): Promise<Admission> {
  const { origin } = request.headers;
  if (allowedOrigins && origin !== undefined && !allowedOrigins.includes(origin.toLowerCase())) {
    return { admitted: false, code: 4403, reason: "origin not allowed" };
  }
  if (!authenticate) return { admitted: true, terms: {} };
  try {
    return admission(await inTime("authenticate", async () => authenticate(request)));
  } catch (error) {
    logger.warn({ error }, "authenticate failed");
    return unauthorized;
  }
}

const unauthorized = { admitted: false, code: 4401, reason: "unauthorized" } as const;

function admission(verdict: Verdict): Admission {
  if (verdict === true) return { admitted: true, terms: {} };
  if (verdict === "forbidden") return { admitted: false, code: 4403, reason: "forbidden" };
  // Plain JavaScript may forget to return anything, or return a user that was not found: null.
  const given: unknown = verdict;
  return typeof given === "object" && given !== null
    ? { admitted: true, terms: given }
    : unauthorized;
}

/** What a function of the application decides about a caller, unless it takes too long. */
export function inTime<T>(name: string, decide: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new LLMRTCError("ACCESS_REFUSED", `${name} did not decide in time`));
    }, decideWithinMs);
    void decide()
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
      });
  });
}

/** @throws {LLMRTCError} `INVALID_CONFIG` */
export function checkOrigins({ allowedOrigins = [] }: AdmissionOptions): void {
  for (const origin of allowedOrigins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    throw new LLMRTCError(
      "INVALID_CONFIG",
      "allowedOrigins must hold origins such as https://app.example.com, without a path",
    );
  }
}
