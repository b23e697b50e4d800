import type { ErrorCode } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { LLMChunk, LLMRequest, LLMResult, ToolCallRequest } from "../providers/llm.ts";
import type { ConnectionReason, ConnectionReportMessage } from "../protocol/connection-report.ts";
import type { TurnTimings } from "../protocol/turn-timings.ts";
import type { STTResult } from "../providers/stt.ts";
import type { AudioContainer } from "../providers/tts.ts";

/** The turn that a hook is called for: the same object for all hooks of one turn. */
export interface TurnContext {
  readonly turnId: string;
  readonly sessionId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly startTime: number;
}

/** When something began and ended, in milliseconds since 1970. */
export interface TimingInfo {
  readonly startTime: number;
  readonly endTime: number;
  readonly durationMs: number;
}

export type ErrorComponent =
  "stt" | "llm" | "tts" | "vad" | "webrtc" | "server" | "tool" | "playbook";

/** Where an error came from. */
export interface ErrorContext {
  readonly code: ErrorCode;
  readonly component: ErrorComponent;
  readonly sessionId?: string | undefined;
  readonly turnId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** A run of synthesised speech on its way to the caller. */
export interface TTSChunk {
  readonly type: "tts-chunk";
  readonly audio: Uint8Array;
  readonly format: AudioContainer;
  readonly sampleRate?: number | undefined;
  readonly sentence?: string | undefined;
}

/** How a tool call ended. `error` says why when `success` is false. */
export interface ToolCallResult {
  readonly toolName: string;
  readonly callId: string;
  readonly result: unknown;
  readonly durationMs: number;
  readonly success: boolean;
  readonly error?: string | undefined;
}

/**
 * Kind of way that sound travels: without a relay; over the caller's TURN server by the transport between
 * the two; over the server's TURN server; over the WebSocket. `unknown`: nobody said.
 */
export type ConnectionPath =
  | "direct-udp"
  | "direct-tcp"
  | "relay-udp"
  | "relay-tcp"
  | "relay-tls"
  | "server-relay"
  | "websocket"
  | "messages"
  | "unknown";

/** How a caller's attempt to connect ended; each attempt has exactly one. `tookMs`: since it was let in. */
export type ConnectionOutcome =
  | { readonly outcome: "connected"; readonly path: ConnectionPath; readonly tookMs: number }
  | { readonly outcome: "failed"; readonly reason: ConnectionReason; readonly tookMs: number };

type Hook<Args extends readonly unknown[]> = (...args: Args) => void | Promise<void>;

/**
 * Called while a turn runs. All are optional and awaited in line, so a slow hook delays the call; what
 * they throw is logged and changes nothing, unless the hook says otherwise.
 */
export interface OrchestratorHooks {
  /** `audio` is the utterance as a WAV file; empty for a typed turn and when it is streamed. */
  readonly onTurnStart?: Hook<[ctx: TurnContext, audio: Uint8Array]>;
  readonly onTurnEnd?: Hook<[ctx: TurnContext, timing: TimingInfo]>;
  /**
   * The caller had not finished: nothing of this turn stands, and what he said goes into the turn `by`.
   * Neither `onTurnTimings` nor `onTurnEnd` follows.
   */
  readonly onTurnWithdrawn?: Hook<[ctx: TurnContext, by: string]>;
  /** Where the turn's time went; after its reply, before `onTurnEnd`. */
  readonly onTurnTimings?: Hook<[ctx: TurnContext, timings: TurnTimings]>;
  readonly onSTTStart?: Hook<[ctx: TurnContext, audio: Uint8Array]>;
  readonly onSTTEnd?: Hook<[ctx: TurnContext, result: STTResult, timing: TimingInfo]>;
  readonly onSTTError?: Hook<[ctx: TurnContext, error: Error]>;
  readonly onLLMStart?: Hook<[ctx: TurnContext, request: LLMRequest]>;
  /** `index` counts the chunks of the reply from 0. */
  readonly onLLMChunk?: Hook<[ctx: TurnContext, chunk: LLMChunk, index: number]>;
  readonly onLLMEnd?: Hook<[ctx: TurnContext, result: LLMResult, timing: TimingInfo]>;
  readonly onLLMError?: Hook<[ctx: TurnContext, error: Error]>;
  /** Once per turn, with its first sentence. */
  readonly onTTSStart?: Hook<[ctx: TurnContext, text: string]>;
  /** `index` counts the chunks of the turn from 0. */
  readonly onTTSChunk?: Hook<[ctx: TurnContext, chunk: TTSChunk, index: number]>;
  readonly onTTSEnd?: Hook<[ctx: TurnContext, timing: TimingInfo]>;
  readonly onTTSError?: Hook<[ctx: TurnContext, error: Error]>;
  readonly onToolStart?: Hook<[ctx: TurnContext, request: ToolCallRequest]>;
  readonly onToolEnd?: Hook<[ctx: TurnContext, result: ToolCallResult, timing: TimingInfo]>;
  readonly onToolError?: Hook<[ctx: TurnContext, request: ToolCallRequest, error: Error]>;
}

/** Called for what happens to connections. Timestamps are milliseconds since 1970. */
export interface ServerHooks {
  /** Before the client gets `ready`, which waits for it for 2 s at most. */
  readonly onConnection?: Hook<[sessionId: string, connectionId: string]>;
  readonly onDisconnect?: Hook<[sessionId: string, timing: TimingInfo]>;
  /** Once for each connection; not for mere checks of a connection. */
  readonly onConnectionOutcome?: Hook<[sessionId: string, outcome: ConnectionOutcome]>;
  /**
   * How sound travels now, told by clients with the feature `reports`. On WebRTC the same step comes again
   * every 10 s, with the same `afterMs` and fresh figures.
   */
  readonly onConnectionReport?: Hook<[sessionId: string, report: ConnectionReportMessage]>;
  /** Something went wrong at the caller's end; the call may go on. Feature `reports`. */
  readonly onConnectionTrouble?: Hook<[sessionId: string, reason: ConnectionReason]>;
  readonly onSpeechStart?: Hook<[sessionId: string, timestamp: number]>;
  readonly onSpeechEnd?: Hook<[sessionId: string, timestamp: number, audioDurationMs: number]>;
  /** Every error of a turn, a connection or the server. */
  readonly onError?: Hook<[error: Error, context: ErrorContext]>;
}

/** Times are milliseconds since 1970; `endTime` defaults to now. */
export function createTimingInfo(startTime: number, endTime: number = Date.now()): TimingInfo {
  return { startTime, endTime, durationMs: endTime - startTime };
}

/** The context of an error that happens now. */
export function createErrorContext(
  code: ErrorCode,
  component: ErrorComponent,
  more: Pick<ErrorContext, "sessionId" | "turnId" | "details"> = {},
): ErrorContext {
  return { ...more, code, component, timestamp: Date.now() };
}

/**
 * Calls a hook and waits for it. What it throws is logged, never thrown.
 *
 * @returns false if the hook threw: for the few whose refusal counts
 */
export async function callHook<Args extends readonly unknown[]>(
  hook: ((...args: Args) => void | Promise<void>) | undefined,
  logger: Logger,
  ...args: Args
): Promise<boolean> {
  try {
    await hook?.(...args);
    return true;
  } catch (error) {
    logger.error({ error, hook: hook?.name }, "hook failed");
    return false;
  }
}
