import { LLMRTCError } from "../errors.ts";
import { callHook, createErrorContext, type TurnContext } from "../observe/hooks.ts";
import { MetricNames } from "../observe/metrics.ts";
import type { ServerMessage } from "../protocol/server-messages.ts";
import type { TurnOptions } from "./turn-options.ts";

/** The turn that failed and whom to tell. */
export interface FailedTurn {
  readonly context: TurnContext;
  readonly options: TurnOptions;
  readonly send: (message: ServerMessage) => void;
}

type Component = "stt" | "llm" | "tts";

/** Never the vendor's own words: they may hold secrets and mean nothing to the caller. */
const failureText: Record<Component, string> = {
  stt: "Speech recognition failed.",
  llm: "The language model failed to answer.",
  tts: "The answer could not be spoken.",
};

/** Tells the client, the hooks, the metrics and the log that a provider failed. */
export async function reportFailure(
  error: unknown,
  { context, options, send }: FailedTurn,
  component: Component,
): Promise<void> {
  const { turnId, sessionId } = context;
  const { hooks, logger, metrics } = options;
  const failure =
    error instanceof LLMRTCError
      ? error
      : new LLMRTCError("INTERNAL_ERROR", "The turn failed", { cause: error });
  const { code } = failure;
  logger.error({ error: failure, turnId, sessionId }, "turn failed");
  metrics.increment(MetricNames.ERRORS, 1, { component });
  send({ type: "error", code, message: failureText[component], turnId });
  const ofComponent = { stt: hooks.onSTTError, llm: hooks.onLLMError, tts: hooks.onTTSError };
  await callHook(ofComponent[component], logger, context, failure);
  const where = createErrorContext(code, component, { turnId, sessionId });
  await callHook(hooks.onError, logger, failure, where);
}
