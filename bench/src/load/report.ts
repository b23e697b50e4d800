import { table } from "../table.ts";
import type { LoadResult } from "./measure.ts";

/** Figures of all servers, level by level, then what each further call costs. */
export function loadTable(results: readonly LoadResult[]): string {
  const rows = results.flatMap(({ name, levels }) =>
    levels.map((level) => [
      name,
      String(level.calls),
      (level.cpuPct / level.calls).toFixed(2),
      `${level.latePct.toFixed(2)} (${level.lateWhileJoiningPct.toFixed(2)})`,
      `${level.answered} of ${level.answered + level.lost}`,
      String(level.failed),
      String(level.refused),
      level.loopMs.p99.toFixed(0),
      level.rssMb.toFixed(0),
    ]),
  );
  const head = [
    "server",
    "calls",
    "CPU per call, % of a core",
    "packets late, % (while calls join)",
    "turns answered",
    "calls failed",
    "new callers refused",
    "event loop p99, ms",
    "RSS, MB",
  ];
  const sums = results.map(
    ({ name, cpuPerCallPct, memoryPerCallMb, goodCalls }) =>
      `${name}: each further call ${cpuPerCallPct.toFixed(2)} % of a core and ` +
      `${memoryPerCallMb.toFixed(1)} MB; ${goodCalls} calls good.`,
  );
  return [table(head, rows), "", ...sums].join("\n");
}
