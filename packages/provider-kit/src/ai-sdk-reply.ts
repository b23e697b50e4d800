import type { LanguageModelV3FinishReason, LanguageModelV3ToolCall } from "@ai-sdk/provider";
import type { StopReason, ToolCallRequest } from "@metered/llmrtc-core";

/** Raw reasons of vendors that say more than the AI SDK's common words. */
const rawReasons: Readonly<Record<string, StopReason>> = {
  stop_sequence: "stop_sequence",
  refusal: "refusal",
  pause_turn: "pause_turn",
  model_context_window_exceeded: "context_overflow",
  context_length_exceeded: "context_overflow",
};

/** Why the model stopped; undefined when it did not say in words that we know. */
export function stopReason(
  { unified, raw }: LanguageModelV3FinishReason,
  calls: readonly ToolCallRequest[],
): StopReason | undefined {
  const known = raw === undefined ? undefined : rawReasons[raw];
  if (known) return known;
  // Some local servers say "stop" although they call tools.
  if (calls.length > 0 && unified !== "length") return "tool_use";
  if (unified === "stop") return "end_turn";
  if (unified === "length") return "max_tokens";
  if (unified === "content-filter") return "content_filter";
  if (unified === "tool-calls") return "tool_use";
  return undefined;
}

/** A call with its arguments read; `parseError` when they are not a JSON object. */
export function toolCall({
  toolCallId,
  toolName,
  input,
}: LanguageModelV3ToolCall): ToolCallRequest {
  const call = { callId: toolCallId, name: toolName };
  try {
    const parsed: unknown = JSON.parse(input.trim() === "" ? "{}" : input);
    if (isObject(parsed)) return { ...call, arguments: parsed };
    return { ...call, arguments: {}, parseError: "the arguments are not a JSON object" };
  } catch {
    return { ...call, arguments: {}, parseError: "the arguments are not valid JSON" };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
