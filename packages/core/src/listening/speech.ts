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
  /**
   * While the caller presses the button nobody doubts that he speaks, however softly: only if no frame
   * was at least this likely to be voice, nothing was said.
   */
  readonly faintProbability: number;
}

export const defaultSpeechRule: SpeechRule = {
  startProbability: 0.5,
  keepProbability: 0.35,
  startFrames: 3,
  lostFrames: 2,
  pauseFrames: 2,
  maxFrames: 1_875, // 60 s of 32 ms
  faintProbability: 0.15,
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
      /** The caller presses the button: silence does not end it. */
      readonly pressed?: Pressed | undefined;
      /** He said that he is done: what is on its way still counts, so many frames of it. */
      readonly left?: number | undefined;
    };

/** Whether anything was said since the button is pressed. */
export type Pressed = "in silence" | "with voice";

export type SpeechInput =
  | { readonly type: "frame"; readonly probability: number }
  /** The turn detector's answer to the pause that runs now. */
  | { readonly type: "end-after"; readonly frames: number }
  /** The caller presses the button (push-to-talk): from now on he speaks, whatever it sounds like. */
  | { readonly type: "press" }
  /** He said himself that he is done (button released, muted): the utterance ends after `frames` more. */
  | { readonly type: "finish"; readonly frames: number }
  /** The utterance ends here: there is no more sound. */
  | { readonly type: "flush" }
  /** He takes back what he was saying. */
  | { readonly type: "cancel" };

export type SpeechChange =
  "noticed" | "lost" | "started" | "paused" | "resumed" | "ended" | "cancelled";

export const quiet: Speech = { phase: "quiet", voiced: 0, noticed: 0 };

/**
 * One step of listening: no clock, no sound, no callbacks. After `started` comes exactly one `ended`, or
 * `cancelled` when nothing was said after all; `paused` and `resumed` alternate between them. After
 * `noticed`, the first voiced frame, comes exactly one of `started` and `lost`.
 *
 * @returns the new state and, if something happened, what
 */
export function nextSpeech(
  speech: Speech,
  input: SpeechInput,
  rule: SpeechRule = defaultSpeechRule,
): { readonly speech: Speech; readonly change?: SpeechChange } {
  if (speech.phase === "quiet") {
    if (input.type === "press") return { speech: pressedInSilence, change: "started" };
    if (input.type === "frame") return hearQuiet(speech, input, rule);
    if (input.type !== "flush") return { speech };
    return speech.noticed > 0 ? lost : { speech: quiet };
  }
  switch (input.type) {
    case "frame":
      return hearSpeaking(speech, input, rule);
    case "press": // also of a button that bounces: he goes on
      return { speech: { ...speech, left: undefined, pressed: speech.pressed ?? "with voice" } };
    case "finish":
      return { speech: { ...speech, left: Math.min(speech.left ?? Infinity, input.frames) } };
    case "flush":
      return over(speech);
    case "cancel":
      return cancelled;
    case "end-after":
      if (speech.silent < rule.pauseFrames) return { speech }; // the answer to a pause that is over
      return endIfDue({ ...speech, endAfter: input.frames });
  }
}

type Speaking = Extract<Speech, { readonly phase: "speaking" }>;

const ended = { speech: quiet, change: "ended" } as const;
const cancelled = { speech: quiet, change: "cancelled" } as const;
const pressedInSilence: Speech = {
  phase: "speaking",
  frames: 0,
  silent: 0,
  endAfter: undefined,
  pressed: "in silence",
};

function over({ pressed }: Speaking) {
  return pressed === "in silence" ? cancelled : ended;
}

function hearSpeaking(
  before: Speaking,
  { probability }: { readonly probability: number },
  rule: SpeechRule,
): { readonly speech: Speech; readonly change?: SpeechChange } {
  const left = before.left === undefined ? undefined : before.left - 1;
  const silentYet = before.pressed === "in silence" && probability < rule.faintProbability;
  const pressed: Pressed | undefined = before.pressed && (silentYet ? "in silence" : "with voice");
  const speech = { ...before, frames: before.frames + 1, left, pressed };
  if (speech.frames >= rule.maxFrames || (left !== undefined && left <= 0)) return over(speech);
  if (silentYet) return { speech };
  if (probability >= rule.keepProbability) {
    const going = { ...speech, silent: 0, endAfter: undefined };
    const paused = before.silent >= rule.pauseFrames;
    return paused ? { speech: going, change: "resumed" } : { speech: going };
  }
  const silent = { ...speech, silent: before.silent + 1 };
  const pauses = silent.silent === rule.pauseFrames;
  return pauses ? { speech: silent, change: "paused" } : endIfDue(silent);
}

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

function endIfDue(speech: Speaking) {
  const due = speech.endAfter !== undefined && speech.silent >= speech.endAfter;
  return due && !speech.pressed ? ended : { speech };
}
