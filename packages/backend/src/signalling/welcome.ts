import type { Logger } from "@metered/llmrtc-core";
import type { IncomingMessage } from "node:http";
import { withinLimit } from "../ice/probe/limit.ts";
import { admit, type AdmissionOptions, inTime, type SessionTerms } from "../security/admission.ts";
import {
  type ServerDefaults,
  type SessionFunction,
  sessionServices,
} from "../session/session-options.ts";
import type { SessionServices } from "../session/session-services.ts";
import { closeCodes } from "./close-codes.ts";

export interface WelcomeOptions extends AdmissionOptions {
  readonly session?: SessionFunction | undefined;
  readonly logger: Logger;
}

/** What a caller gets who is let in; or the WebSocket close code with which he is not. */
export type Welcome =
  | { readonly terms: SessionTerms; readonly services: SessionServices }
  | { readonly code: number; readonly reason: string };

/** `authenticate` and `session` together: clients wait 10 s for `ready`, which may take 2 s more. */
const decideWithinMs = 7_000;

/**
 * Decides about one caller, for whom nothing has been made yet. Where the application's own function
 * `session` fails there is no call: that is better than one on the wrong terms. Never rejects.
 */
export async function welcome(
  request: IncomingMessage,
  options: WelcomeOptions,
  defaults: ServerDefaults,
): Promise<Welcome> {
  const limit = { signal: new AbortController().signal, ms: decideWithinMs };
  return withinLimit(limit, (late) => decided(request, options, defaults, late));
}

async function decided(
  request: IncomingMessage,
  options: WelcomeOptions,
  defaults: ServerDefaults,
  late: AbortSignal,
): Promise<Welcome> {
  const { session, logger } = options;
  const admission = await admit(request, options, { logger, late });
  if (!admission.admitted) return admission;
  const { terms } = admission;
  try {
    const own = session && (await inTime("session", async () => session(request, terms), late));
    return { terms, services: sessionServices(defaults, own ?? {}) };
  } catch (error) {
    logger.error({ error }, "the function `session` failed");
    return { code: closeCodes.internalError, reason: "no session" };
  }
}
