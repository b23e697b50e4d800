import {
  callHook,
  createTimingInfo,
  MetricNames,
  type ServerMessage,
  type TurnContext,
  type TurnOptions,
  type TurnTimings,
} from "@metered/llmrtc-core";

/** Tells hooks and metrics how a turn went, and the client, if `send` is given, where its time went. */
export async function reportTurn(
  context: TurnContext,
  timings: TurnTimings,
  turn: TurnOptions,
  send: ((message: ServerMessage) => void) | undefined,
): Promise<void> {
  const { hooks, metrics, logger } = turn;
  const { audibleMs, firstFrameMs, interrupted, attested } = timings;
  const firstAudioMs = audibleMs ?? firstFrameMs;
  if (firstAudioMs !== undefined) {
    const by = audibleMs === undefined ? "sent" : "heard";
    metrics.timing(MetricNames.TURN_FIRST_AUDIO, firstAudioMs, { by });
  }
  if (interrupted) {
    metrics.increment(MetricNames.TURN_INTERRUPTIONS, 1, { attested: String(attested) });
  }
  await callHook(hooks.onTurnTimings, logger, context, timings);
  send?.({ type: "turn-timings", ...timings, turnId: context.turnId });
  const timing = createTimingInfo(context.startTime);
  metrics.timing(MetricNames.TURN_DURATION, timing.durationMs);
  await callHook(hooks.onTurnEnd, logger, context, timing);
}
