import type { WordsVerdict } from "./words.ts";

/** Silence after which a turn ends, from the last voice, in milliseconds. */
export interface TurnWaits {
  /** The caller has finished, as it seems. Default 250: about 300 from his last sound, since voice detection lags. */
  readonly quickMs: number;
  /** It is not clear. Default 800. */
  readonly middleMs: number;
  /** More is to come. Default 1200. */
  readonly longMs: number;
}

export const defaultTurnWaits: TurnWaits = { quickMs: 250, middleMs: 800, longMs: 1_200 };

/** All that speaks for or against the end of a turn. */
export interface TurnEvidence {
  /** How likely the voice sounds finished, 0 to 1; undefined without a model. */
  readonly finished: number | undefined;
  readonly words: WordsVerdict;
  /** As in `Pause`. */
  readonly clarityDb: number | undefined;
  readonly earlierPausesMs: readonly number[];
}

export interface TurnWait {
  readonly waitMs: number;
  /** Why, for logs and timings, e.g. `unfinished: filler`. */
  readonly reason: string;
}

/** Over this noise (voice less than 10 dB above it) the model takes most pauses for ends. */
const noisyDb = 10;
/** So many silences of a caller show his habit. */
const fewestPauses = 3;

/** How long the silence must last. */
export function turnWait(evidence: TurnEvidence, waits: TurnWaits = defaultTurnWaits): TurnWait {
  const { quickMs, middleMs, longMs } = adapted(waits, evidence.earlierPausesMs);
  const { verdict, reason } = evidence.words;
  const noisy = evidence.clarityDb !== undefined && evidence.clarityDb < noisyDb;
  const voice = noisy ? undefined : evidence.finished;
  const shortMs = (quickMs + middleMs) / 2;
  const by = (waitMs: number): TurnWait => ({ waitMs, reason: `${verdict}: ${reason}` });
  switch (verdict) {
    case "unfinished":
      return by(longMs);
    case "doubtful":
      return by(voice === undefined || voice > 0.5 ? middleMs : longMs);
    case "short": // too little for the model to judge, and callers want quick answers to a yes
      return by(voice !== undefined && voice > 0.5 ? quickMs : shortMs);
    case "finished":
      if (voice === undefined) return by(shortMs);
      return by(voice > 0.6 ? quickMs : voice > 0.15 ? middleMs : longMs);
    case "unclear":
      if (voice === undefined) return by(middleMs);
      return by(voice > 0.9 ? quickMs : voice > 0.5 ? middleMs : longMs);
  }
}

/** A caller who pauses for long inside his sentences is given longer, within the limits. */
function adapted(waits: TurnWaits, pausesMs: readonly number[]): TurnWaits {
  if (pausesMs.length < fewestPauses) return waits;
  const sorted = pausesMs.toSorted((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length * 0.75)] ?? 0;
  const { quickMs, middleMs, longMs } = waits;
  return {
    quickMs: Math.max(quickMs, Math.min(middleMs, usual * 1.1)),
    middleMs: Math.max(middleMs, Math.min(longMs, usual * 1.4)),
    longMs,
  };
}
