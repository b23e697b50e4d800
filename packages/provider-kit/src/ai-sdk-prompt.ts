import type {
  LanguageModelV3CallOptions,
  LanguageModelV3FilePart,
  LanguageModelV3FunctionTool,
  LanguageModelV3Message,
  LanguageModelV3TextPart,
  LanguageModelV3ToolChoice,
} from "@ai-sdk/provider";
import type {
  LLMRequest,
  Message,
  ToolChoice,
  ToolDefinition,
  VisionAttachment,
} from "@metered/llmrtc-core";

/** What is asked of the model, in the words of the AI SDK. Settings that were not given stay out. */
export function callOptions(
  request: LLMRequest,
  signal: AbortSignal | undefined,
): LanguageModelV3CallOptions {
  const { messages, config = {}, tools = [], toolChoice } = request;
  const { temperature, topP, maxTokens } = config;
  return {
    prompt: prompt(messages),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(tools.length > 0 && { tools: tools.map(functionTool) }),
    ...(tools.length > 0 && toolChoice !== undefined && { toolChoice: choice(toolChoice) }),
    ...(signal && { abortSignal: signal }),
  };
}

/**
 * System texts become one message at the start, since some vendors take no other; neighbouring tool
 * results become one message, since some vendors want all answers to one reply together.
 */
function prompt(messages: readonly Message[]): LanguageModelV3Message[] {
  const system = messages.filter(({ role, content }) => role === "system" && content !== "");
  const toolNames = namesOfCalls(messages);
  const rest: LanguageModelV3Message[] = [];
  for (const message of messages) {
    const last = rest.at(-1);
    if (message.role === "user") rest.push({ role: "user", content: userContent(message) });
    if (message.role === "assistant") rest.push(...assistantMessage(message));
    if (message.role === "tool") {
      const result = toolResult(message, toolNames);
      if (last?.role === "tool") last.content.push(result);
      else rest.push({ role: "tool", content: [result] });
    }
  }
  if (system.length === 0) return rest;
  return [{ role: "system", content: system.map(({ content }) => content).join("\n\n") }, ...rest];
}

function userContent(message: Message): (LanguageModelV3TextPart | LanguageModelV3FilePart)[] {
  const pictures = (message.attachments ?? []).flatMap(picture);
  if (pictures.length > 0 && message.content === "") return pictures;
  return [{ type: "text", text: message.content }, ...pictures];
}

function picture(
  attachment: VisionAttachment,
): (LanguageModelV3TextPart | LanguageModelV3FilePart)[] {
  const caption = attachment.alt ? [text(`Picture: ${attachment.alt}`)] : [];
  return [...caption, { type: "file", ...pictureData(attachment) }];
}

function text(words: string): LanguageModelV3TextPart {
  return { type: "text", text: words };
}

function pictureData({ data, mimeType }: VisionAttachment): {
  mediaType: string;
  data: URL | string;
} {
  if (/^https?:\/\//i.test(data)) return { mediaType: mimeType ?? "image/*", data: new URL(data) };
  const uri = /^data:([^;,]*)((?:;[^;,]*)*),/i.exec(data.slice(0, 200));
  if (!uri) return { mediaType: mimeType ?? mediaTypeOf(data), data };
  const [head, type = "", parameters = ""] = uri;
  const payload = data.slice(head.length);
  const base64 = /;base64/i.test(parameters)
    ? payload
    : Buffer.from(decodeURIComponent(payload)).toString("base64");
  return { mediaType: type || (mimeType ?? mediaTypeOf(base64)), data: base64 };
}

/** Told from the first bytes; JPEG, which cameras and the web client send, when unknown. */
function mediaTypeOf(base64: string): string {
  if (base64.startsWith("iVBORw0KGgo")) return "image/png";
  if (base64.startsWith("R0lGOD")) return "image/gif";
  if (base64.startsWith("UklGR")) return "image/webp";
  return "image/jpeg";
}

/** Nothing for a reply without words and calls: several vendors refuse an empty message. */
function assistantMessage(message: Message): LanguageModelV3Message[] {
  const words = message.content === "" ? [] : [text(message.content)];
  const calls = (message.toolCalls ?? []).map(({ callId, name, arguments: input }) => ({
    type: "tool-call" as const,
    toolCallId: callId,
    toolName: name,
    input,
  }));
  const content = [...words, ...calls];
  return content.length === 0 ? [] : [{ role: "assistant", content }];
}

function toolResult(message: Message, names: ReadonlyMap<string, string>) {
  const toolCallId = message.toolCallId ?? "";
  return {
    type: "tool-result" as const,
    toolCallId,
    toolName: message.toolName ?? names.get(toolCallId) ?? "tool",
    output: { type: "text" as const, value: message.content },
  };
}

function namesOfCalls(messages: readonly Message[]): ReadonlyMap<string, string> {
  return new Map(
    messages.flatMap(({ toolCalls = [] }) =>
      toolCalls.map(({ callId, name }) => [callId, name] as const),
    ),
  );
}

function functionTool({
  name,
  description,
  parameters,
}: ToolDefinition): LanguageModelV3FunctionTool {
  return { type: "function", name, description, inputSchema: parameters };
}

function choice(wanted: ToolChoice): LanguageModelV3ToolChoice {
  return typeof wanted === "string" ? { type: wanted } : { type: "tool", toolName: wanted.name };
}
