import { bytesFromBase64 } from "./connection/base64.ts";
import type { ConversationMessage } from "./connection/link.ts";
import { serverError } from "./errors.ts";
import type { ClientEvents, TurnInfo } from "./events.ts";

export type Emit = <Name extends keyof ClientEvents>(
  name: Name,
  ...args: ClientEvents[Name]
) => void;

/** Passes on what the server says about the conversation, under the names of the client's events. */
export function announce(message: ConversationMessage, emit: Emit): void {
  switch (message.type) {
    case "transcript":
      emit("transcript", message.text, message.isFinal ?? true, info(message));
      return;
    case "assistant-transcript":
      emit("assistantTranscript", message.text, message.isFinal ?? true, info(message));
      return;
    case "llm-chunk":
      if (message.content) emit("llmChunk", message.content, info(message));
      return;
    case "llm":
      emit("llm", message.text, info(message));
      return;
    case "speech-start":
      emit("speechStart", info(message));
      return;
    case "speech-end":
      emit("speechEnd", info(message));
      return;
    case "tts-start":
      emit("ttsStart", info(message));
      return;
    case "tts-sentence":
      emit("ttsSentence", message.text, info(message));
      return;
    case "tts-complete":
      emit("ttsComplete", info(message));
      return;
    case "tts-cancelled":
      emit("ttsCancelled", info(message));
      return;
    case "tts-paused":
      emit("ttsPaused", info(message));
      return;
    case "tts-resumed":
      emit("ttsResumed", info(message));
      return;
    case "turn-withdrawn":
      emit("turnWithdrawn", message.by, info(message));
      return;
    case "turn-timings": {
      const { type: _, turnId: __, ...timings } = message;
      emit("turnTimings", timings, info(message));
      return;
    }
    case "tts":
      emit("tts", bytesFromBase64(message.data), message.format, info(message));
      return;
    case "tts-chunk": {
      const { data, format, sampleRate } = message;
      emit("ttsChunk", bytesFromBase64(data), format, sampleRate, info(message));
      return;
    }
    case "tool-call-start": {
      const { name, callId, arguments: args } = message;
      emit("toolCallStart", { name, callId, arguments: args }, info(message));
      return;
    }
    case "tool-call-end": {
      const { callId, durationMs, result, error } = message;
      emit("toolCallEnd", present({ callId, durationMs, result, error }), info(message));
      return;
    }
    case "stage-change": {
      const { from, to, reason } = message;
      emit("stageChange", { from, to, reason }, info(message));
      return;
    }
    case "usage": {
      const { inputTokens, outputTokens, audioInputTokens, audioOutputTokens } = message;
      const { cachedTokens } = message;
      emit(
        "usage",
        present({ inputTokens, outputTokens, audioInputTokens, audioOutputTokens, cachedTokens }),
      );
      return;
    }
    case "mode-changed":
      emit("modeChanged", message.mode);
      return;
    case "error":
      emit("error", serverError(message.code, message.message));
  }
}

function info({ turnId }: { readonly turnId?: string | undefined }): TurnInfo {
  return turnId === undefined ? {} : { turnId };
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Without the fields that are undefined. */
function present<T extends object>(fields: T): Present<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Present<T>;
}
