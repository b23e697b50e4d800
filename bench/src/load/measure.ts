import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { CallersReport } from "./callers-process.ts";
import { Child } from "./child.ts";
import type { Way } from "./leg.ts";

export interface LoadOptions {
  readonly way: Way;
  /** How many calls at once, ascending. */
  readonly levels: readonly number[];
  /** How long each level is measured. */
  readonly seconds: number;
  readonly callersScript: string;
  readonly profile: string | undefined;
}

interface ServerReport {
  readonly cpuPct: number;
  readonly rssMb: number;
  readonly loopMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export interface Level extends ServerReport {
  readonly calls: number;
  /** Calls that could not be made, and that broke. */
  readonly failed: number;
  /** New callers that the server did not take. */
  readonly refused: number;
  readonly latePct: number;
  /** While the further calls of this level were made, four a second. */
  readonly lateWhileJoiningPct: number;
  readonly worstLateMs: number;
  readonly answered: number;
  readonly lost: number;
  readonly callersOwnDelayMs: number;
  readonly callersOwnCpuPct: number;
}

export interface LoadResult {
  readonly name: string;
  readonly way: Way;
  /** Per cent of a core, all threads of the server, for each further call. */
  readonly cpuPerCallPct: number;
  readonly memoryPerCallMb: number;
  /** Most calls measured with less than 1 % of packets late, no turn lost, and none failed. */
  readonly goodCalls: number;
  readonly levels: readonly Level[];
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export const sayings = {
  question: here("../../../packages/backend/test/media/silero/clips/question.wav"),
  answer: here("../../../providers/embedded/test/whisper/clips/libri-0920.wav"),
};
export const replyMs = 3_000;
const settleMs = 5_000;
const mostLatePct = 1;
/** More calls would tell nothing more. */
const hopelesslyLatePct = 20;

/** Loads one server process step by step, from callers in another. */
export async function measureLoad(
  name: string,
  entry: string,
  options: LoadOptions,
): Promise<LoadResult> {
  const port = await freePort();
  const profiling =
    options.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${options.profile}`];
  const server = await Child.start(
    here("load-server.mjs"),
    [entry, String(port), sayings.answer, String(replyMs)],
    profiling,
  );
  const callers = await Child.start(options.callersScript, ["load", "--callers"]);
  const url = `ws://127.0.0.1:${port}`;
  const levels: Level[] = [];
  let up = 0;
  try {
    for (const calls of options.levels) {
      await callers.ask({ type: "call", url, way: options.way, count: calls - up });
      up = calls;
      await wait(settleMs);
      const level = await measureLevel(server, callers, options.seconds);
      levels.push(level);
      process.stderr.write(`${name}: ${JSON.stringify(level, rounded)}\n`);
      if (level.failed > 0 || level.latePct > hopelesslyLatePct) break;
    }
  } finally {
    await callers.stop();
    await server.stop();
  }
  const good = levels.filter((level) => isGood(level));
  return {
    name,
    way: options.way,
    cpuPerCallPct: slope(levels.map(({ calls, cpuPct }) => [calls, cpuPct])),
    memoryPerCallMb: slope(levels.map(({ calls, rssMb }) => [calls, rssMb])),
    goodCalls: Math.max(0, ...good.map(({ calls }) => calls)),
    levels,
  };
}

async function measureLevel(server: Child, callers: Child, seconds: number): Promise<Level> {
  const joining = await callers.ask<CallersReport>({ type: "measure" });
  server.tell({ type: "measure" });
  await wait(seconds * 1000);
  const { cpuPct, rssMb, loopMs } = await server.ask<ServerReport>({ type: "report" });
  const heard = await callers.ask<CallersReport>({ type: "report" });
  return {
    calls: heard.calls,
    failed: heard.failed + heard.broken,
    refused: heard.refused,
    cpuPct,
    rssMb,
    loopMs,
    latePct: latePct(heard),
    lateWhileJoiningPct: latePct(joining),
    worstLateMs: heard.worstMs,
    answered: heard.answered,
    lost: heard.lost,
    callersOwnDelayMs: heard.ownDelayMs,
    callersOwnCpuPct: heard.ownCpuPct,
  };
}

function latePct({ late, packets }: CallersReport): number {
  return (100 * late) / Math.max(1, packets);
}

function isGood({ latePct, lost, failed, answered }: Level): boolean {
  return latePct < mostLatePct && lost === 0 && failed === 0 && answered > 0;
}

/** Least squares: how much y grows with each x. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  if (points.length < 2) return Number.NaN;
  const mean = (of: 0 | 1): number => points.reduce((sum, at) => sum + at[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (of: (at: (typeof points)[number]) => number): number =>
    points.reduce((total, at) => total + of(at), 0);
  return sum((at) => (at[0] - x) * (at[1] - y)) / sum((at) => (at[0] - x) ** 2);
}

/** For `JSON.stringify`. */
export function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 100) / 100 : value;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
