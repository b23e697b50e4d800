import {
  type ConnectionPath,
  type ConnectionReportMessage,
  MetricNames,
  type MetricsAdapter,
} from "@metered/llmrtc-core";

/** In per cent. Up to the first nobody hears it, up to the second Opus mends it, beyond the last words are gone. */
const lossBounds = [1, 5, 20] as const;

/** What a client's report says about how well sound travels. */
export function measureQuality(
  { pair, lossPct, jitterMs }: ConnectionReportMessage,
  path: ConnectionPath,
  metrics: MetricsAdapter,
): void {
  const trip = pair?.roundTripMs;
  if (trip !== undefined) metrics.timing(MetricNames.ROUND_TRIP, trip, { path });
  if (jitterMs !== undefined) metrics.timing(MetricNames.JITTER, jitterMs, { path });
  if (lossPct !== undefined) metrics.increment(MetricNames.LOSS, 1, { path, lost: grade(lossPct) });
}

/** A few grades, as each is a series of its own. */
function grade(lossPct: number): string {
  if (lossPct === 0) return "none";
  return lossBounds.find((bound) => lossPct <= bound)?.toString() ?? "more";
}
