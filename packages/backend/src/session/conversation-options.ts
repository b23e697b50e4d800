import {
  defaultTimeouts,
  type InterruptionDetector,
  LLMRTCError,
  type ProviderTimeouts,
  type SentenceChunker,
  type SessionConfig,
  type TurnDetector,
  type TurnOptions,
} from "@metered/llmrtc-core";
import type { EndOfTurnOptions } from "../media/end-of-turn.ts";
import type { LineSource, SilenceOptions } from "./session-handle.ts";
import type { SessionServices } from "./session-services.ts";
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

const defaultSystemPrompt =
  "You are a helpful voice assistant. Your words are spoken aloud: answer briefly, in plain sentences, without lists or markup.";

/** How a call goes, with every default filled in, where a session looks for it. */
export interface Conversation extends Pick<
  SessionServices,
  "systemPrompt" | "historyLimit" | "greeting" | "silence"
> {
  readonly turn: Omit<TurnOptions, "providers" | "hooks" | "metrics" | "logger">;
}

export function conversationOf(options: ConversationOptions): Conversation {
  return {
    systemPrompt: options.systemPrompt ?? defaultSystemPrompt,
    historyLimit: options.historyLimit ?? 8,
    greeting: options.greeting,
    silence: options.silence,
    turn: {
      llm: options.llm ?? {},
      timeouts: { ...defaultTimeouts, ...over({}, options.timeouts) },
      streamingTTS: options.streamingTTS ?? true,
      streamingSTT: options.streamingSTT ?? true,
      sentenceChunker: options.sentenceChunker,
      turnTaking: turnTakingOf(options),
    },
  };
}

/** `own` over `shared`, also inside of options that hold several. */
export function overridden(
  shared: ConversationOptions,
  own: ConversationOptions,
): ConversationOptions {
  const { endOfTurn = {} } = own;
  return {
    ...shared,
    ...defined(own),
    llm: over(shared.llm, own.llm),
    timeouts: over(shared.timeouts, own.timeouts),
    silence: over(shared.silence, own.silence),
    interruptions: over(shared.interruptions, own.interruptions),
    endOfTurn: {
      ...over(shared.endOfTurn, endOfTurn),
      waits: over(shared.endOfTurn?.waits, endOfTurn.waits),
    },
  };
}

function over<T extends object>(shared: T | undefined, own: T | undefined): Partial<T> {
  return { ...shared, ...defined(own ?? {}) };
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Without what is undefined. */
export function defined<T extends object>(options: T): Defined<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
