import { readFile } from "node:fs/promises";
import path from "node:path";
import { openSilero, openSmartTurn } from "@metered/llmrtc-backend";
import {
  semanticTurnDetector,
  silenceTurnDetector,
  type TurnDetector,
  type TurnModel,
} from "@metered/llmrtc-core";
import { EmbeddedSTTProvider } from "@metered/llmrtc-provider-embedded";
import { readRecording } from "./recording.ts";
import { table } from "./table.ts";
import { hearClip, type ClipOutcome } from "./turn-clip.ts";
import { isAnsweredAsOne } from "./withdrawal.ts";

export interface TurnSetOptions {
  /** Holds `labels.jsonl`, whose lines name the clips: `file`, `label` and `source`. */
  readonly folder: string;
  /** One JSON object on standard output instead of a table. */
  readonly json: boolean;
  readonly perSource: boolean;
  /** Judge the rule of a fixed silence instead. */
  readonly silenceMs: number | undefined;
  /** Let the recogniser's words count, as the server does. */
  readonly words: boolean;
}

interface Label {
  readonly file: string;
  readonly label: "complete" | "incomplete" | "backchannel";
  readonly source: string;
  /** What was said up to the clip's end, and in all. */
  readonly text?: string;
  readonly full_text?: string;
}

interface Judged extends ClipOutcome, Label {
  /** What the model said at the last pause; undefined when it was not asked. */
  readonly finished: number | undefined;
  /** Of the pauses in which the caller is cut off, those after which his parts are not one turn. */
  readonly lost: number | undefined;
}

export interface TurnFigures {
  readonly clips: number;
  readonly complete: number;
  readonly incomplete: number;
  /** Of the unfinished clips, after which the caller pauses for 0.3 to 1.0 s, all as likely. */
  readonly tooEarlyPct: number;
  /** Of those, callers whose two parts are not answered as one turn when they go on. */
  readonly lostPct: number;
  /** From the last sample of a finished clip to the end of the turn. */
  readonly meanWaitMs: number;
  /** Clips in the middle of which a turn ended. */
  readonly cutInside: number;
  /** Clips in which no voice was heard. */
  readonly unheard: number;
  /** How well the model alone tells finished from unfinished. */
  readonly model: { readonly auc: number | undefined };
}

const shortestPauseMs = 300;
const longestPauseMs = 1_000;
/** Where the set does not say how the caller goes on. */
const anyRest = "as soon as you can";

/** Plays every clip of a labelled folder to the server's ear and prints how it took the turns. */
export async function measureTurnSet(options: TurnSetOptions): Promise<void> {
  const lines = (await readFile(path.join(options.folder, "labels.jsonl"), "utf8")).trim();
  const labels = lines.split("\n").map((line) => JSON.parse(line) as Label);
  const stt = options.words ? new EmbeddedSTTProvider() : undefined;
  const [voiceDetector, smartTurn] = await Promise.all([
    openSilero(),
    openSmartTurn(),
    stt?.init(),
  ]);
  const probe = remembering(smartTurn);
  const turnDetector: TurnDetector =
    options.silenceMs === undefined
      ? semanticTurnDetector({ model: probe.model })
      : silenceTurnDetector({ silenceMs: options.silenceMs });

  const judged: Judged[] = [];
  for (const label of labels) {
    const clip = await readRecording(path.join(options.folder, label.file));
    const outcome = await hearClip(clip, { voiceDetector, turnDetector, stt });
    const lost = label.label === "incomplete" ? await shareLost(label, outcome) : undefined;
    judged.push({ ...label, ...outcome, finished: probe.lastAnswer(), lost });
  }
  await Promise.all([voiceDetector.close(), smartTurn.close(), stt?.close()]);

  const sources = [...new Set(judged.map(({ source }) => source))].map(
    (source) => [source, figures(judged.filter((clip) => clip.source === source))] as const,
  );
  const all = figures(judged);
  const decisionMs = spread(judged.flatMap(({ decisionsMs }) => decisionsMs));
  if (options.json) {
    const split = options.perSource && { sources: Object.fromEntries(sources) };
    console.log(JSON.stringify({ ...all, decisionMs, ...split }));
    return;
  }
  const rows = [["all", all] as const, ...(options.perSource ? sources : [])];
  const head = [
    "source",
    "clips",
    "cut off",
    "lost of them",
    "mean wait",
    "AUC of the model",
    "cut inside",
  ];
  console.log(table(head, rows.map(row)));
  console.log(`\nAn answer took ${decisionMs.p50} ms (p50), ${decisionMs.p95} ms (p95).`);
}

/** A model that keeps what it said last, until asked. */
function remembering(model: TurnModel) {
  let last: number | undefined;
  const remembered: TurnModel = {
    ...model,
    open() {
      const stream = model.open();
      return {
        ...stream,
        finished: async (options) => (last = await stream.finished(options)),
      };
    },
  };
  return {
    model: remembered,
    lastAnswer(): number | undefined {
      const answer = last;
      last = undefined;
      return answer;
    },
  };
}

function figures(clips: readonly Judged[]): TurnFigures {
  const complete = clips.filter(({ label }) => label === "complete");
  const incomplete = clips.filter(({ label }) => label === "incomplete");
  const waits = complete.flatMap(({ endsMs }) => endsMs.slice(-1)).map((ms) => Math.max(0, ms));
  const cuts = incomplete.map(chanceOfCut);
  return {
    clips: clips.length,
    complete: complete.length,
    incomplete: incomplete.length,
    tooEarlyPct: Number((100 * mean(cuts)).toFixed(1)),
    lostPct: Number((100 * mean(incomplete.flatMap(({ lost }) => lost ?? []))).toFixed(1)),
    meanWaitMs: Math.round(mean(waits)),
    cutInside: clips.filter(({ cutInside }) => cutInside).length,
    unheard: clips.filter(({ endsMs }) => endsMs.length === 0).length,
    model: { auc: auc(complete.map(finished), incomplete.map(finished)) },
  };
}

/** The caller pauses for 0.3 to 1.0 s after the clip, each length as likely, and then goes on. */
function chanceOfCut({ cutInside, endsMs }: ClipOutcome): number {
  if (cutInside) return 1;
  const end = endsMs.at(-1);
  if (end === undefined) return 0;
  const chance = (longestPauseMs - end) / (longestPauseMs - shortestPauseMs);
  return Math.min(1, Math.max(0, chance));
}

/** Pauses of 0.3 to 1.0 s in which the turn ends: how many callers are not understood as one then. */
async function shareLost(
  { text = "", full_text: all = "" }: Label,
  { endsMs }: ClipOutcome,
): Promise<number | undefined> {
  const end = endsMs.at(-1);
  if (end === undefined) return undefined;
  const rest = all.toLowerCase().startsWith(text.toLowerCase()) ? all.slice(text.length) : "";
  const lost: number[] = [];
  for (let goesOnMs = shortestPauseMs; goesOnMs <= longestPauseMs; goesOnMs += 10) {
    if (goesOnMs <= end) continue;
    const cut = {
      endMs: end,
      audibleMs: end,
      goesOnMs,
      rest: /\p{L}/u.test(rest) ? rest.trim() : anyRest,
    };
    lost.push((await isAnsweredAsOne(cut)) ? 0 : 1);
  }
  return lost.length === 0 ? undefined : mean(lost);
}

const finished = (clip: Judged): number | undefined => clip.finished;

/** How often a finished clip scores above an unfinished one; ties count half. */
function auc(
  high: readonly (number | undefined)[],
  low: readonly (number | undefined)[],
): number | undefined {
  const known = (values: typeof high): number[] => values.filter((value) => value !== undefined);
  const pairs = known(high).flatMap((a) => known(low).map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  return pairs.length === 0 ? undefined : Number(mean(pairs).toFixed(3));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function spread(values: readonly number[]): { readonly p50: number; readonly p95: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return { p50: at(0.5), p95: at(0.95) };
}

function row([source, { clips, tooEarlyPct, lostPct, meanWaitMs, model, cutInside }]: readonly [
  string,
  TurnFigures,
]): readonly string[] {
  const auc = model.auc === undefined ? "" : model.auc.toFixed(3);
  const [early, lost] = [`${tooEarlyPct} %`, `${lostPct} %`];
  return [source, String(clips), early, lost, `${meanWaitMs} ms`, auc, String(cutInside)];
}
