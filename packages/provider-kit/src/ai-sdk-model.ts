import type { LanguageModelV3, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import type {
  CallOptions,
  LLMChunk,
  LLMProvider,
  LLMRequest,
  LLMResult,
  ToolCallRequest,
} from "@metered/llmrtc-core";
import { abortable } from "./abortable.ts";
import { modelFailure } from "./ai-sdk-failure.ts";
import { callOptions } from "./ai-sdk-prompt.ts";
import { stopReason, toolCall } from "./ai-sdk-reply.ts";
import { refusal } from "./service.ts";
import { spokenPart, ThinkingFilter } from "./thinking.ts";

export interface AiSdkModelOptions {
  /** For logs, metrics and errors. Default: the model's provider and id, `anthropic.messages/claude…`. */
  readonly name?: string;
}

/** A language model that always streams. */
export interface StreamingLLM extends LLMProvider {
  stream(request: LLMRequest, options?: CallOptions): AsyncIterable<LLMChunk>;
}

/**
 * Any AI SDK language model (specification v3: `@ai-sdk/*` packages of AI SDK 6) as the brain of an
 * agent. One attempt per call: retrying belongs to the caller. Reasoning is
 * left out of the reply, also where it comes as text in `<think>` tags.
 *
 * The calls throw `ProviderError` `LLM_ERROR`, free of the vendor's own texts; an aborted call rejects
 * with `signal.reason` at once, even if the model does not listen.
 *
 * @example aiSdkModel(createAnthropic({ apiKey })("claude-sonnet-5"))
 */
export function aiSdkModel(
  model: LanguageModelV3,
  { name = `${model.provider}/${model.modelId}` }: AiSdkModelOptions = {},
): StreamingLLM {
  return {
    name,
    complete: (request, options = {}) => complete({ model, name }, request, options),
    stream: (request, options = {}) => stream({ model, name }, request, options),
  };
}

interface NamedModel {
  readonly model: LanguageModelV3;
  readonly name: string;
}

async function complete(
  { model, name }: NamedModel,
  request: LLMRequest,
  { signal }: CallOptions,
): Promise<LLMResult> {
  signal?.throwIfAborted();
  try {
    const reply = await abortable(model.doGenerate(callOptions(request, signal)), signal);
    const toolCalls = reply.content.flatMap((part) =>
      part.type === "tool-call" && !part.providerExecuted ? [toolCall(part)] : [],
    );
    if (reply.finishReason.unified === "error") throw brokenOff(name);
    const text = reply.content.map((part) => (part.type === "text" ? part.text : "")).join("");
    return {
      fullText: spokenPart(text),
      ...ending(reply, toolCalls),
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw modelFailure(name, error);
  }
}

async function* stream(
  { model, name }: NamedModel,
  request: LLMRequest,
  { signal }: CallOptions,
): AsyncGenerator<LLMChunk> {
  signal?.throwIfAborted();
  try {
    const reply = await abortable(model.doStream(callOptions(request, signal)), signal);
    const toolCalls: ToolCallRequest[] = [];
    const listener = new ThinkingFilter();
    let finish: Finish | undefined;
    for await (const part of parts(reply.stream, signal)) {
      if (part.type === "error") throw part.error;
      if (part.type === "text-delta") {
        const content = listener.push(part.delta);
        if (content !== "") yield { content, done: false };
      }
      if (part.type === "tool-call" && !part.providerExecuted) toolCalls.push(toolCall(part));
      if (part.type === "finish") finish = part;
    }
    if (!finish || finish.finishReason.unified === "error") throw brokenOff(name);
    yield { content: listener.end(), done: true, ...ending(finish, toolCalls) };
  } catch (error) {
    signal?.throwIfAborted();
    throw modelFailure(name, error);
  }
}

type Finish = Extract<LanguageModelV3StreamPart, { type: "finish" }>;

/** Reads a stream part by part, and lets go of it however the loop ends. */
async function* parts(
  stream: ReadableStream<LanguageModelV3StreamPart>,
  signal: AbortSignal | undefined,
): AsyncGenerator<LanguageModelV3StreamPart> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await abortable(reader.read(), signal);
      if (done) return;
      yield value;
    }
  } finally {
    // Rejects when the stream already failed, which `read` has told.
    reader.cancel().catch(() => undefined);
  }
}

/** Usage goes out as `raw`, for whoever counts tokens. */
function ending(
  { finishReason, usage }: Pick<Finish, "finishReason" | "usage">,
  toolCalls: readonly ToolCallRequest[],
): Pick<LLMResult, "toolCalls" | "stopReason" | "raw"> {
  const reason = stopReason(finishReason, toolCalls);
  return {
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(reason && { stopReason: reason }),
    raw: { usage },
  };
}

function brokenOff(name: string): Error {
  return refusal({ name, kind: "LLM" }, "broke off its reply");
}
