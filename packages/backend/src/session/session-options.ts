import type { ConversationProviders } from "@metered/llmrtc-core";
import type { IncomingMessage } from "node:http";
import type { OpenTurnDetector } from "../media/end-of-turn.ts";
import type { SessionTerms } from "../security/admission.ts";
import {
  checkConversation,
  conversationOf,
  type ConversationOptions,
  defined,
  overridden,
} from "./conversation-options.ts";
import type { SessionServices } from "./session-services.ts";

/** Of one call; what is absent or undefined is as the server has it. */
export interface SessionOptions extends ConversationOptions {
  /** Those that are not the server's, e.g. another voice. Yours to open and to close. */
  readonly providers?: Partial<ConversationProviders> | undefined;
}

/**
 * Asked for each call, once its caller has been let in.
 *
 * @param terms what `authenticate` gave
 */
export type SessionFunction = (
  request: IncomingMessage,
  terms: SessionTerms,
) => SessionOptions | undefined | Promise<SessionOptions | undefined>;

export interface ServerDefaults {
  readonly services: SessionServices;
  /** As the server's configuration has them. */
  readonly options: ConversationOptions;
  /** Where a detector with waits of its own comes from. */
  readonly turnDetectors: Pick<OpenTurnDetector, "detectorFor">;
}

/**
 * What one call's session works with.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`, naming the option
 */
export function sessionServices(
  { services, options: shared, turnDetectors }: ServerDefaults,
  { providers = {}, ...own }: SessionOptions,
): SessionServices {
  checkConversation(own);
  const options = overridden(shared, own);
  const { turn, ...conversation } = conversationOf(options);
  const { endOfTurn = {} } = options;
  return {
    ...services,
    ...conversation,
    turn: {
      ...services.turn,
      ...turn,
      providers: { ...services.turn.providers, ...defined(providers) },
    },
    turnDetector:
      own.turnDetector ??
      (own.endOfTurn ? turnDetectors.detectorFor(endOfTurn) : services.turnDetector),
  };
}
