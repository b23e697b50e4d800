import {
  type ConversationProviders,
  type InterruptionDetector,
  LLMRTCError,
  type ProviderTimeouts,
  type SentenceChunker,
  type SessionConfig,
  type TurnDetector,
  type TurnOptions,
} from "@metered/llmrtc-core";
import type { IncomingMessage } from "node:http";
import type { EndOfTurnOptions, OpenTurnDetector } from "../media/end-of-turn.ts";
import type { SessionTerms } from "../security/admission.ts";
import type { LineSource, SilenceOptions } from "./session-handle.ts";
import type { SessionServices } from "./session.ts";
import { type InterruptionOptions, turnTakingOf } from "./turn-taking.ts";

/** How a call goes. The server's own hold for all its calls, `session` changes them for one. */
export interface ConversationOptions {
  /** First message of every request to the model. */
  readonly systemPrompt?: string | undefined;
  /** How many messages of the call the model sees, besides the system prompt. Default 8. */
  readonly historyLimit?: number | undefined;
  /** Temperature and limits of the language model. */
  readonly llm?: SessionConfig | undefined;
  /** Speak while the voice is being made. Default true. */
  readonly streamingTTS?: boolean | undefined;
  /** Recognise while the caller speaks; a provider that cannot stream is asked at each pause. Default true. */
  readonly streamingSTT?: boolean | undefined;
  /** Cuts the reply into what is spoken at once; the last piece is carried over. */
  readonly sentenceChunker?: SentenceChunker | undefined;
  /** Limits on waiting for providers. */
  readonly timeouts?: Partial<ProviderTimeouts> | undefined;
  /** When a caller's turn is over, judged by you. Default: as `endOfTurn` says. */
  readonly turnDetector?: TurnDetector | undefined;
  /** When a caller's turn is over: sooner or later, as his voice and his words tell. */
  readonly endOfTurn?: EndOfTurnOptions | undefined;
  /** What the agent says first, once it can be heard; not to a caller who comes back. Default nothing. */
  readonly greeting?: LineSource | undefined;
  /** What happens when nobody says anything any more. Default nothing. */
  readonly silence?: SilenceOptions | undefined;
  /** How a voice over the agent is judged, and what follows. */
  readonly interruptions?: InterruptionOptions | undefined;
  /** Whether a voice over the agent takes the floor, judged by you. Default: by length and words. */
  readonly interruptionDetector?: InterruptionDetector | undefined;
  /**
   * Ask the model, and synthesise the first sentence, before it is sure that the caller has finished;
   * what he turns out not to have said is dropped. `auto`: at once at a pause with a model whose
   * provider is `local`, with others when the turn detector is nearly sure (it waits 400 ms at most).
   * True: at once. Default `auto`.
   */
  readonly preemptive?: "auto" | boolean | undefined;
}

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

/** @throws {LLMRTCError} `INVALID_CONFIG`, naming the option */
export function checkConversation({ silence = {}, endOfTurn = {} }: ConversationOptions): void {
  const { promptAfterMs, prompts, hangUpAfterMs } = silence;
  const { silenceMs, waits = {} } = endOfTurn;
  const numbers = {
    "silence.promptAfterMs": promptAfterMs,
    "silence.prompts": prompts,
    "silence.hangUpAfterMs": hangUpAfterMs,
    "endOfTurn.silenceMs": silenceMs,
    "endOfTurn.waits.quickMs": waits.quickMs,
    "endOfTurn.waits.middleMs": waits.middleMs,
    "endOfTurn.waits.longMs": waits.longMs,
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined || (Number.isFinite(value) && value >= 0)) continue;
    throw new LLMRTCError("INVALID_CONFIG", `${name} must be a number from 0 up`);
  }
}

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
  { services, options: { endOfTurn = {}, ...shared }, turnDetectors }: ServerDefaults,
  options: SessionOptions,
): SessionServices {
  checkConversation(options);
  const { turn } = services;
  const own = defined(options);
  const changed: TurnOptions = {
    ...turn,
    ...("sentenceChunker" in own && { sentenceChunker: own.sentenceChunker }),
    streamingTTS: own.streamingTTS ?? turn.streamingTTS,
    streamingSTT: own.streamingSTT ?? turn.streamingSTT,
    providers: { ...turn.providers, ...defined(own.providers ?? {}) },
    llm: { ...turn.llm, ...defined(own.llm ?? {}) },
    timeouts: { ...turn.timeouts, ...defined(own.timeouts ?? {}) },
    turnTaking: turnTakingOf({
      ...shared,
      ...own,
      interruptions: { ...shared.interruptions, ...defined(own.interruptions ?? {}) },
    }),
  };
  const ofWaits = own.endOfTurn && {
    ...endOfTurn,
    ...defined(own.endOfTurn),
    waits: { ...endOfTurn.waits, ...own.endOfTurn.waits },
  };
  return {
    ...services,
    turn: changed,
    systemPrompt: own.systemPrompt ?? services.systemPrompt,
    historyLimit: own.historyLimit ?? services.historyLimit,
    greeting: own.greeting ?? services.greeting,
    silence: { ...services.silence, ...defined(own.silence ?? {}) },
    turnDetector:
      own.turnDetector ?? (ofWaits ? turnDetectors.detectorFor(ofWaits) : services.turnDetector),
  };
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Without what is undefined. */
function defined<T extends object>(options: T): Defined<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
