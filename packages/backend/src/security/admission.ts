import { LLMRTCError, type Logger } from "@metered/llmrtc-core";
import type { IncomingMessage } from "node:http";
import { orAborted } from "../transport/webrtc/abort.ts";
import { type IceTransportPolicy, isIceTransportPolicy } from "../ice/choose.ts";

/** What a caller who was let in may have that others have not. */
export interface SessionTerms {
  /** For this call, in place of the server's. */
  readonly iceTransportPolicy?: IceTransportPolicy | undefined;
}

/**
 * `true`, or terms for this call: let in. `false` and `unauthorized`: who is that? `forbidden`: known, but
 * not allowed. Whatever else a function gives refuses as `false` does.
 */
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

/** What the decision takes besides the options. */
export interface Decision {
  readonly logger: Logger;
  /** Aborts when the application has thought long enough. */
  readonly late: AbortSignal;
}

/** Decides about one caller. Nothing has been made for it yet. Never rejects. */
export async function admit(
  request: IncomingMessage,
  { authenticate, allowedOrigins }: AdmissionOptions,
  { logger, late }: Decision,
): Promise<Admission> {
  const { origin } = request.headers;
  if (allowedOrigins && origin !== undefined && !allowedOrigins.includes(origin.toLowerCase())) {
    return { admitted: false, code: 4403, reason: "origin not allowed" };
  }
  if (!authenticate) return { admitted: true, terms: {} };
  try {
    return admission(await inTime("authenticate", async () => authenticate(request), late), logger);
  } catch (error) {
    logger.warn({ error }, "authenticate failed");
    return unauthorized;
  }
}

const unauthorized = { admitted: false, code: 4401, reason: "unauthorized" } as const;

function admission(verdict: unknown, logger: Logger): Admission {
  if (verdict === true) return { admitted: true, terms: {} };
  if (verdict === "forbidden") return { admitted: false, code: 4403, reason: "forbidden" };
  if (isTerms(verdict)) return { admitted: true, terms: verdict };
  // Plain JavaScript may forget to return anything, or return a user that was not found: null.
  const no = [false, "unauthorized", undefined, null].includes(verdict as null);
  if (!no) logger.warn({ given: typeof verdict }, "authenticate gave no verdict: caller refused");
  return unauthorized;
}

const terms: Readonly<Record<keyof SessionTerms, (given: unknown) => boolean>> = {
  iceTransportPolicy: isIceTransportPolicy,
};
const isTerm = new Map(Object.entries(terms));

/**
 * Only what can be nothing else: many an object means no, such as `{ error }`, a list of permissions
 * that is empty, or an `Error` that was returned.
 */
function isTerms(given: unknown): given is SessionTerms {
  if (typeof given !== "object" || given === null) return false;
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.entries(given).every(
    ([name, value]) => isTerm.has(name) && (value === undefined || isTerm.get(name)?.(value)),
  );
}

/**
 * What a function of the application decides about a caller.
 *
 * @throws {LLMRTCError} `ACCESS_REFUSED` when it is late; what the function throws
 */
export async function inTime<T>(
  name: string,
  decide: () => Promise<T>,
  late: AbortSignal,
): Promise<T> {
  try {
    return await orAborted(decide(), late);
  } catch (error) {
    if (!late.aborted) throw error;
    throw new LLMRTCError("ACCESS_REFUSED", `${name} did not decide in time`);
  }
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
