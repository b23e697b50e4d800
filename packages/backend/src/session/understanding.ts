import {
  callHook,
  createTimingInfo,
  MetricNames,
  patiently,
  type Pcm,
  reportFailure,
  type ServerMessage,
  type SpeechMark,
  transcribe,
  type TurnContext,
  type TurnOptions,
} from "@metered/llmrtc-core";

/** What understanding needs to know. */
export interface UnderstandingOptions {
  readonly turn: TurnOptions;
  readonly send: (message: ServerMessage) => void;
  /** Ends it; what aborts is not reported. */
  readonly signal: AbortSignal;
}

/** The words of an utterance as it comes; "" when there were none or hearing failed, which the client is told. */
export function understandSpeech(
  context: TurnContext,
  sound: AsyncIterable<Pcm | SpeechMark>,
  options: UnderstandingOptions & {
    readonly onInterim: (text: string, atPause: boolean) => void;
  },
): Promise<string> {
  const { turn, signal, onInterim } = options;
  return toText(context, options, (onSound) =>
    transcribe(sound, {
      stt: turn.providers.stt,
      streaming: turn.streamingSTT,
      timeoutMs: turn.timeouts.sttMs,
      logger: turn.logger,
      signal,
      onInterim,
      onSound,
    }),
  );
}

/** The same for a whole recording. */
export function understandRecording(
  context: TurnContext,
  recording: Uint8Array,
  options: UnderstandingOptions,
): Promise<string> {
  const { turn, signal } = options;
  const { stt } = turn.providers;
  const patience = {
    kind: "STT",
    provider: stt.name,
    ms: turn.timeouts.sttMs,
    signal,
  } as const;
  return toText(context, options, async (onSound) => {
    await onSound(recording);
    return patiently(patience, (limited) =>
      stt.transcribe(recording, undefined, { signal: limited }),
    );
  });
}

/** Hooks, metrics and errors around a transcription. */
async function toText(
  context: TurnContext,
  { turn, send, signal }: UnderstandingOptions,
  run: (
    onSound: (wav: Uint8Array) => Promise<void>,
  ) => Promise<{ readonly text: string; readonly isFinal: boolean }>,
): Promise<string> {
  const { hooks, metrics, logger } = turn;
  const { stt } = turn.providers;
  let started = Date.now();
  try {
    const result = await run(async (wav) => {
      await callHook(hooks.onTurnStart, logger, context, wav);
      await callHook(hooks.onSTTStart, logger, context, wav);
      started = Date.now();
    });
    const timing = createTimingInfo(started);
    metrics.timing(MetricNames.STT_DURATION, timing.durationMs, { provider: stt.name });
    await callHook(hooks.onSTTEnd, logger, context, result, timing);
    return result.text.trim();
  } catch (error) {
    if (!signal.aborted) await reportFailure(error, { context, options: turn, send }, "stt");
    return "";
  }
}
