import type { CallOptions } from "./call.ts";

export type Role = "system" | "user" | "assistant" | "tool";

/** A picture that goes with a message. */
export interface VisionAttachment {
  /** A data URI, bare base64, or an https URL. */
  readonly data: string;
  readonly mimeType?: string | undefined;
  readonly alt?: string | undefined;
}

/** A function that the model may call. `parameters` is a JSON Schema of an object. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ToolCallRequest {
  readonly callId: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Set when the model's arguments were not valid JSON. */
  readonly parseError?: string;
}

export type ToolChoice = "auto" | "none" | "required" | { readonly name: string };

export interface Message {
  readonly role: Role;
  readonly content: string;
  readonly attachments?: readonly VisionAttachment[];
  /** An answer that the caller cut short: `content` is what he heard of it. */
  readonly interrupted?: true;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly toolCalls?: readonly ToolCallRequest[];
}

/** Settings of the model for one request. */
export interface SessionConfig {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
}

export interface LLMRequest {
  /** Oldest first; the system prompt, if any, is the first message. */
  readonly messages: readonly Message[];
  readonly config?: SessionConfig;
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
}

export type StopReason =
  | "end_turn"
  | "tool_use"
  | "max_tokens"
  | "stop_sequence"
  | "refusal"
  | "content_filter"
  | "pause_turn"
  | "context_overflow";

/** A piece of a streamed reply. The last one has `done: true`, usually with empty `content`. */
export interface LLMChunk {
  readonly content: string;
  readonly done: boolean;
  readonly toolCalls?: readonly ToolCallRequest[];
  readonly stopReason?: StopReason;
  readonly raw?: unknown;
}

export interface LLMResult {
  readonly fullText: string;
  readonly toolCalls?: readonly ToolCallRequest[];
  readonly stopReason?: StopReason;
  readonly raw?: unknown;
}

/** A language model. `stream` is used where it exists; else the whole reply is awaited. */
export interface LLMProvider {
  /** For logs and metrics, e.g. `openai/gpt-4o-mini`. */
  readonly name: string;
  /**
   * It runs on a machine of the user's: a request that is dropped costs no money. Default false. Such
   * a model is asked before it is sure that the caller has finished.
   */
  readonly local?: boolean;
  /** Called once at server start. */
  init?(): Promise<void>;
  complete(request: LLMRequest, options?: CallOptions): Promise<LLMResult>;
  stream?(request: LLMRequest, options?: CallOptions): AsyncIterable<LLMChunk>;
  /** Lets go of workers and sockets; called once at server stop. */
  close?(): Promise<void>;
}
