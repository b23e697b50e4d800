/** How a run of voice probabilities becomes speech with a start and an end. */
export interface SpeechRule {
  /** A frame at least this likely to be voice counts as voiced. */
  readonly startProbability: number;
  /** Once speech runs, frames down to this one still count as voiced. */
  readonly keepProbability: number;
  /** Voiced frames in a row that start speech: 3 (96 ms) reject clicks and unvoiced noise. */
  readonly startFrames: number;
  /** Unvoiced frames in a row after which what was noticed was no voice. Default 2. */
  readonly lostFrames: number;
  /**
   * Silent frames in a row that make a pause, of which the turn detector is asked: 2 (64 ms). Later it
   * would know no more: models take silence itself for an end.
   */
  readonly pauseFrames: number;
  /** Frames after which speech is ended even if it goes on: no utterance grows without bound. */
  readonly maxFrames: number;
}

export const defaultSpeechRule: SpeechRule = {
  startProbability: 0.5,
  keepProbability: 0.35,
  startFrames: 3,
  lostFrames: 2,
  pauseFrames: 2,
  maxFrames: 1_875, // 60 s of 32 ms
};

/** Where the caller's voice stands. Counts are in detector frames. */
export type Speech =
  | {
      readonly phase: "quiet";
      /** Voiced frames in a row. */
      readonly voiced: number;
      /** Frames until what was noticed is taken for no voice; 0: nothing was noticed. */
      readonly noticed: number;
    }
  | {
      readonly phase: "speaking";
      readonly frames: number;
      /** Frames since the last voiced one; 0 while the voice sounds. */
      readonly silent: number;
      /** Silence that ends the utterance. Undefined until the turn detector has said so. */
      readonly endAfter: number | undefined;
    };

export type SpeechInput =
  | { readonly type: "frame"; readonly probability: number }
  /** The turn detector's answer to the pause that runs now. */
  | { readonly type: "end-after"; readonly frames: number }
  /** The caller said himself that he is done (push-to-talk, mute). */
  | { readonly type: "flush" };

export type SpeechChange = "noticed" | "lost" | "started" | "paused" | "resumed" | "ended";

export const quiet: Speech = { phase: "quiet", voiced: 0, noticed: 0 };

/**
 * One step of listening: no clock, no sound, no callbacks. After `started` comes exactly one `ended`;
 * `paused` and `resumed` alternate between them. After `noticed`, the first voiced frame, comes
 * exactly one of `started` and `lost`.
 *
 * @returns the new state and, if something happened, what
 */
export function nextSpeech(
  speech: Speech,
  input: SpeechInput,
  rule: SpeechRule = defaultSpeechRule,
): { readonly speech: Speech; readonly change?: SpeechChange } {
  if (input.type === "flush") {
    if (speech.phase === "speaking") return ended;
    return speech.noticed > 0 ? lost : { speech: quiet };
  }
  if (speech.phase === "quiet")
    return input.type === "frame" ? hearQuiet(speech, input, rule) : { speech };
  if (input.type === "end-after") {
    if (speech.silent < rule.pauseFrames) return { speech }; // the answer to a pause that is over
    return endIfDue({ ...speech, endAfter: input.frames });
  }
  const frames = speech.frames + 1;
  if (frames >= rule.maxFrames) return ended;
  if (input.probability >= rule.keepProbability) {
    const going = { phase: "speaking", frames, silent: 0, endAfter: undefined } as const;
    const paused = speech.silent >= rule.pauseFrames;
    return paused ? { speech: going, change: "resumed" } : { speech: going };
  }
  const silent = { ...speech, frames, silent: speech.silent + 1 };
  const pauses = silent.silent === rule.pauseFrames;
  return pauses ? { speech: silent, change: "paused" } : endIfDue(silent);
}

const ended = { speech: quiet, change: "ended" } as const;
const lost = { speech: quiet, change: "lost" } as const;

function hearQuiet(
  speech: Speech & { readonly phase: "quiet" },
  { probability }: { readonly probability: number },
  rule: SpeechRule,
) {
  if (probability < rule.startProbability) {
    if (speech.noticed === 1) return lost;
    return { speech: { ...speech, voiced: 0, noticed: Math.max(0, speech.noticed - 1) } };
  }
  const voiced = speech.voiced + 1;
  if (voiced < rule.startFrames) {
    const next = { phase: "quiet", voiced, noticed: rule.lostFrames } as const;
    return speech.noticed > 0 ? { speech: next } : { speech: next, change: "noticed" as const };
  }
  return {
    speech: { phase: "speaking", frames: voiced, silent: 0, endAfter: undefined } as const,
    change: "started" as const,
  };
}

function endIfDue(speech: Speech & { readonly phase: "speaking" }) {
  const due = speech.endAfter !== undefined && speech.silent >= speech.endAfter;
  return due ? ended : { speech };
}
