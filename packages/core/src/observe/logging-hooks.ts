import type { Logger } from "../logger.ts";
import type { OrchestratorHooks, ServerHooks } from "./hooks.ts";
import { turnFields } from "./turn-fields.ts";

export type LogLevel = "debug" | "info" | "error";

export interface LoggingHooksConfig {
  /** `console` fits; so do pino and most others. */
  readonly logger: Logger;
  /** The least important lines that are written. Default `info`. */
  readonly level?: LogLevel;
  /**
   * Write what was said, too: transcripts whole, replies up to 200 characters, the last message and
   * spoken text up to 100. Default false.
   */
  readonly includePayloads?: boolean;
}

const importance: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, error: 2 };

/**
 * Hooks that log a call. info: connections, turns, the ends of STT, LLM, TTS and tools; debug: speech,
 * their starts, the first LLM chunk, TTS chunks; error: all errors.
 */
export function createLoggingHooks(config: LoggingHooksConfig): OrchestratorHooks & ServerHooks {
  const { logger, includePayloads = false } = config;
  const least = importance[config.level ?? "info"];
  const write = (level: LogLevel, fields: object, message: string) => {
    if (importance[level] >= least) logger[level](fields, message);
  };
  const payload = (name: string, text: string | undefined, limit: number) =>
    includePayloads && text !== undefined ? { [name]: shortened(text, limit) } : {};

  return {
    onConnection: (sessionId, connectionId) => {
      write("info", { sessionId, connectionId }, "connection opened");
    },
    onDisconnect: (sessionId, { durationMs }) => {
      write("info", { sessionId, durationMs }, "connection closed");
    },
    onConnectionOutcome: (sessionId, outcome) => {
      write("info", { sessionId, ...outcome }, "connection outcome");
    },
    onConnectionTrouble: (sessionId, reason) => {
      write("info", { sessionId, reason }, "trouble at the caller's end");
    },
    onSpeechStart: (sessionId) => {
      write("debug", { sessionId }, "speech started");
    },
    onSpeechEnd: (sessionId, _timestamp, audioDurationMs) => {
      write("debug", { sessionId, audioDurationMs }, "speech ended");
    },
    onError: (error, context) => {
      write("error", { ...context, error }, "error");
    },
    onTurnStart: (ctx, audio) => {
      write("info", { ...turnFields(ctx), audioBytes: audio.length }, "turn started");
    },
    onTurnWithdrawn: (ctx, by) => {
      write("info", { ...turnFields(ctx), by }, "turn withdrawn");
    },
    onTurnEnd: (ctx, timing) => {
      write("info", { ...turnFields(ctx), durationMs: timing.durationMs }, "turn ended");
    },
    onSTTStart: (ctx, audio) => {
      write("debug", { ...turnFields(ctx), audioBytes: audio.length }, "STT started");
    },
    onSTTEnd: (ctx, result, { durationMs }) => {
      const text = payload("text", result.text, Number.POSITIVE_INFINITY);
      write("info", { ...turnFields(ctx), durationMs, ...text }, "STT ended");
    },
    onSTTError: (ctx, error) => {
      write("error", { ...turnFields(ctx), error }, "STT failed");
    },
    onLLMStart: (ctx, { messages }) => {
      const last = payload("lastMessage", messages.at(-1)?.content, 100);
      write("debug", { ...turnFields(ctx), messages: messages.length, ...last }, "LLM started");
    },
    onLLMChunk: (ctx, _chunk, index) => {
      if (index === 0) write("debug", turnFields(ctx), "LLM sent its first chunk");
    },
    onLLMEnd: (ctx, result, { durationMs }) => {
      const { stopReason } = result;
      const text = payload("text", result.fullText, 200);
      const fields = {
        ...turnFields(ctx),
        durationMs,
        characters: result.fullText.length,
        stopReason,
      };
      write("info", { ...fields, ...text }, "LLM ended");
    },
    onLLMError: (ctx, error) => {
      write("error", { ...turnFields(ctx), error }, "LLM failed");
    },
    onTTSStart: (ctx, text) => {
      const fields = { ...turnFields(ctx), characters: text.length, ...payload("text", text, 100) };
      write("debug", fields, "TTS started");
    },
    onTTSChunk: (ctx, chunk, index) => {
      write("debug", { ...turnFields(ctx), index, bytes: chunk.audio.length }, "TTS chunk");
    },
    onTTSEnd: (ctx, { durationMs }) => {
      write("info", { ...turnFields(ctx), durationMs }, "TTS ended");
    },
    onTTSError: (ctx, error) => {
      write("error", { ...turnFields(ctx), error }, "TTS failed");
    },
    onToolStart: (ctx, { name, callId }) => {
      write("debug", { ...turnFields(ctx), tool: name, callId }, "tool started");
    },
    onToolEnd: (ctx, { toolName, callId, success }, { durationMs }) => {
      const fields = { ...turnFields(ctx), tool: toolName, callId, success, durationMs };
      write("info", fields, "tool ended");
    },
    onToolError: (ctx, { name, callId }, error) => {
      write("error", { ...turnFields(ctx), tool: name, callId, error }, "tool failed");
    },
  };
}

/** Only errors. */
export function createErrorOnlyHooks(
  config: Pick<LoggingHooksConfig, "logger">,
): OrchestratorHooks & ServerHooks {
  return createLoggingHooks({ ...config, level: "error" });
}

/** Everything, with what was said: for a developer's own machine. */
export function createVerboseHooks(
  config: Pick<LoggingHooksConfig, "logger">,
): OrchestratorHooks & ServerHooks {
  return createLoggingHooks({ ...config, level: "debug", includePayloads: true });
}

function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
