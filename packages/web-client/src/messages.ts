import { bytesFromBase64 } from "./connection/base64.ts";
import type { ConversationMessage } from "./connection/inbox.ts";
import { serverError } from "./errors.ts";
import type { ClientEvents, TurnInfo } from "./events.ts";

export type Emit = <Name extends keyof ClientEvents>(
  name: Name,
  ...args: ClientEvents[Name]
) => void;

/** Passes on what the server says about the conversation, under the names of the client's events. */
export function announce(message: ConversationMessage, emit: Emit): void {
  const { turnId } = message as { readonly turnId?: string | undefined };
  const info: TurnInfo = turnId === undefined ? {} : { turnId };
  switch (message.type) {
    case "transcript":
      emit("transcript", message.text, message.isFinal ?? true, info);
      return;
    case "assistant-transcript":
      emit("assistantTranscript", message.text, message.isFinal ?? true, info);
      return;
    case "llm-chunk":
      if (message.content) emit("llmChunk", message.content, info);
      return;
    case "llm":
      emit("llm", message.text, info);
      return;
    case "speech-start":
      emit("speechStart", info);
      return;
    case "speech-end":
      emit("speechEnd", info);
      return;
    case "tts-start":
      emit("ttsStart", info);
      return;
    case "tts-sentence":
      emit("ttsSentence", message.text, info);
      return;
    case "tts-complete":
      emit("ttsComplete", info);
      return;
    case "tts-cancelled":
      emit("ttsCancelled", info);
      return;
    case "tts-paused":
      emit("ttsPaused", info);
      return;
    case "tts-resumed":
      emit("ttsResumed", info);
      return;
    case "turn-withdrawn":
      emit("turnWithdrawn", message.by, info);
      return;
    case "turn-timings":
      emit("turnTimings", fields(message), info);
      return;
    case "tts":
      emit("tts", bytesFromBase64(message.data), message.format, info);
      return;
    case "tts-chunk":
      emit("ttsChunk", bytesFromBase64(message.data), message.format, message.sampleRate, info);
      return;
    case "tool-call-start":
      emit("toolCallStart", fields(message), info);
      return;
    case "tool-call-end":
      emit("toolCallEnd", fields(message), info);
      return;
    case "stage-change":
      emit("stageChange", fields(message), info);
      return;
    case "usage":
      emit("usage", fields(message));
      return;
    case "mode-changed":
      emit("modeChanged", message.mode);
      return;
    case "hang-up":
      emit("hangUp", message.reason);
      return;
    case "error":
      emit("error", serverError(message.code, message.message));
  }
}

type Fields<T> = {
  [Key in keyof Omit<T, "type" | "turnId">]: Exclude<T[Key & keyof T], undefined>;
};

/** What a message holds beside its type and its turn. From JSON, so nothing in it is undefined. */
function fields<T extends { readonly type: string; readonly turnId?: string | undefined }>({
  type: _,
  turnId: __,
  ...rest
}: T): Fields<T> {
  return rest as unknown as Fields<T>;
}
