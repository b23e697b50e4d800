import {
  emptyFloor,
  type Floor,
  type FloorEffect,
  type FloorEvent,
  interruptionDetector,
  nextFloor,
} from "@metered/llmrtc-core";

/** A caller who was cut off; times are milliseconds after the last sample of his first part. */
export interface CutOff {
  /** The turn ended. */
  readonly endMs: number;
  /** The reply became audible. */
  readonly audibleMs: number;
  /** He goes on. */
  readonly goesOnMs: number;
  /** What he says then. */
  readonly rest: string;
}

const detector = interruptionDetector();
/** How long a word sounds, about. */
const msPerWord = 300;

/**
 * Lets the server's own rules decide what becomes of a caller who goes on after his turn had ended.
 *
 * @returns whether both parts are answered as one turn
 */
export async function isAnsweredAsOne(cut: CutOff): Promise<boolean> {
  const { endMs, audibleMs, goesOnMs, rest } = cut;
  let floor: Floor = emptyFloor;
  let answered: readonly string[] = [];
  const ends: string[] = [];
  const tell = (event: FloorEvent): void => {
    const step = nextFloor(floor, event);
    floor = step.floor;
    for (const effect of step.effects) act(effect);
  };
  const act = (effect: FloorEffect): void => {
    if (effect.type === "answer") answered = effect.parts;
    if (effect.type === "stop" || effect.type === "withdraw") ends.push(effect.id);
  };

  tell({ type: "speech-started", id: "first", at: -2_000 });
  tell({ type: "speech-ended", id: "first" });
  tell({ type: "understood", id: "first", empty: false });
  const heard = audibleMs < goesOnMs;
  if (heard) tell({ type: "audible", id: "first", at: audibleMs });
  tell({ type: "speech-started", id: "rest", at: Math.max(endMs, goesOnMs) });
  const verdict = await detector.judge({
    voiceMs: rest.split(/\s+/).length * msPerWord,
    over: true,
    words: rest,
    wordsFinal: true,
    due: true,
    agentAudible: heard,
    agentWords: "",
    agentLeftMs: 2_000,
    sound: [],
  });
  tell({ type: "judged", id: "rest", verdict });
  for (const id of ends) tell({ type: "reply-over", id });
  tell({ type: "speech-ended", id: "rest" });
  tell({ type: "understood", id: "rest", empty: verdict === "nothing" });
  return answered.includes("first") && answered.includes("rest");
}
