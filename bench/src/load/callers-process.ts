import { monitorEventLoopDelay } from "node:perf_hooks";
import { ScriptedCaller } from "./caller.ts";
import type { Way } from "./leg.ts";
import { readScript, type Script } from "./script.ts";
import { Refusal } from "./signalling.ts";
import { openWebRtcLeg } from "./webrtc-leg.ts";
import { openWebSocketLeg } from "./websocket-leg.ts";

/** What the bench tells the process of the callers. */
export type ToCallers =
  | { readonly type: "call"; readonly url: string; readonly way: Way; readonly count: number }
  /** Begin to count anew. Answered, as `report` is, with what was counted until now. */
  | { readonly type: "measure" }
  | { readonly type: "report" };

export interface CallersReport {
  readonly calls: number;
  readonly failed: number;
  /** The server said that it takes no more. */
  readonly refused: number;
  readonly broken: number;
  readonly packets: number;
  readonly late: number;
  readonly worstMs: number;
  readonly answered: number;
  readonly lost: number;
  /** Of this process's own event loop, 99th percentile: what the callers themselves add. */
  readonly ownDelayMs: number;
  /** Per cent of a core that the callers take from the server. */
  readonly ownCpuPct: number;
}

const frameMs = 20;
/** Callers are not in step with each other. */
const groups = 4;
const joinEveryMs = 250;
/** A caller's whole round, about: his line, the answer, the pauses. */
const roundFrames = 350;
const nanosecondsPerMs = 1e6;
/** Between two looks at the event loop. */
const restMs = 5;

/** Serves the bench over IPC: calls the server with as many callers as it is told, and counts. */
export async function serveCallers(recording: string, replyMs: number): Promise<void> {
  const script = await readScript(recording, replyMs);
  const callers: ScriptedCaller[] = [];
  const delays = monitorEventLoopDelay({ resolution: restMs });
  delays.enable();
  let since = { cpu: process.cpuUsage(), at: performance.now() };
  const misses: Misses = { failed: 0, refused: 0 };
  beat(callers);

  process.on("message", (message: ToCallers) => {
    if (message.type === "call") {
      void join(script, callers, misses, message).then(() => {
        process.send?.({ type: "joined" });
      });
      return;
    }
    const figures = callers.map((caller) => caller.take());
    const sum = (of: (figure: (typeof figures)[number]) => number): number =>
      figures.reduce((total, figure) => total + of(figure), 0);
    const { user, system } = process.cpuUsage(since.cpu);
    const report: CallersReport = {
      calls: callers.length,
      ...misses,
      broken: sum(({ broken }) => Number(broken)),
      packets: sum(({ packets }) => packets),
      late: sum(({ late }) => late),
      worstMs: Math.max(0, ...figures.map(({ worstMs }) => worstMs)),
      answered: sum(({ answered }) => answered),
      lost: sum(({ lost }) => lost),
      ownDelayMs: Math.max(0, delays.percentile(99) / nanosecondsPerMs - restMs),
      ownCpuPct: (user + system) / 10 / (performance.now() - since.at),
    };
    since = { cpu: process.cpuUsage(), at: performance.now() };
    delays.reset();
    process.send?.(report);
  });
  process.on("disconnect", () => process.exit(0));
  process.send?.({ type: "ready" });
}

/** Calls that did not come about. */
interface Misses {
  failed: number;
  refused: number;
}

const busy = 4429;

async function join(
  script: Script,
  callers: ScriptedCaller[],
  misses: Misses,
  { url, way, count }: Extract<ToCallers, { readonly type: "call" }>,
): Promise<void> {
  const open = way === "webrtc" ? openWebRtcLeg : openWebSocketLeg;
  const joining: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const caller = new ScriptedCaller(script, Math.floor(Math.random() * roundFrames));
    const joined = caller
      .call((events) => open(url, events))
      .then(
        () => void callers.push(caller),
        (error: unknown) => {
          if (error instanceof Refusal && error.code === busy) {
            misses.refused += 1;
            return;
          }
          misses.failed += 1;
          process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        },
      );
    joining.push(joined);
    await new Promise((resolve) => setTimeout(resolve, joinEveryMs));
  }
  await Promise.all(joining);
}

/** Each group of callers sends in its own quarter of the 20 ms. */
function beat(callers: readonly ScriptedCaller[]): void {
  const beganAt = performance.now();
  let beats = 0;
  const next = (): void => {
    const due = Math.floor(((performance.now() - beganAt) * groups) / frameMs);
    for (; beats < due; beats++) {
      for (let i = beats % groups; i < callers.length; i += groups) callers[i]?.tick();
    }
    const nextAt = beganAt + ((beats + 1) * frameMs) / groups;
    setTimeout(next, Math.max(0, nextAt - performance.now()));
  };
  next();
}
