/** Something that the caller says: a voice that was heard, a typed text, a recording. */
export interface Part {
  /** Id of the turn that it is, or will be a part of. */
  readonly id: string;
  readonly by: "voice" | "text" | "recording";
  /** It sounds; its words are not known yet; they are. */
  readonly phase: "hearing" | "understanding" | "ready";
  /**
   * Whether it is taken for words to the agent. A voice over the agent may be a cough, an echo or a
   * nod: `contested` until it is judged. `unjudged`: the agent goes on meanwhile. `nothing`: so it is
   * dropped when the voice ends, unless it goes on to something else.
   */
  readonly standing: "taken" | "contested" | "unjudged" | "nothing";
  /** When the voice began. */
  readonly since: number;
}

/** What the agent was asked to say of its own accord. */
export interface Saying {
  readonly id: string;
  /** False: the caller can neither interrupt nor pause it. */
  readonly interruptible: boolean;
}

/** What the agent does. */
export type Agent =
  | { readonly phase: "silent" }
  | {
      /** It thinks, or speaks: one reply is under way. */
      readonly phase: "replying";
      readonly id: string;
      /** What it answers; nothing when it speaks of its own accord. */
      readonly answers: readonly Part[];
      /** When the caller began to hear it; undefined: not yet. */
      readonly audibleAt: number | undefined;
      readonly interruptible: boolean;
    }
  /** Its reply was given up and has not ended yet: nothing new begins before. */
  | { readonly phase: "stopping"; readonly id: string };

/** Who speaks, and what is still to be answered. Times are milliseconds of one clock. */
export interface Floor {
  /** What the caller has said and nobody has answered, oldest first. */
  readonly parts: readonly Part[];
  readonly agent: Agent;
  /** What the agent says when nobody else wants to speak, oldest first. */
  readonly sayings: readonly Saying[];
  /** A voice may be beginning: too early to tell. */
  readonly noticed: boolean;
}

export interface FloorRules {
  /**
   * A reply that the caller has heard for no longer than this when he goes on had cut him off: it is
   * withdrawn and what he says is one turn. Default 1000; 0: only replies that are not audible yet.
   */
  readonly withdrawWithinMs: number;
  /** Whether replies can be interrupted by voice. Default true. */
  readonly interruptible: boolean;
}

export const defaultFloorRules: FloorRules = { withdrawWithinMs: 1_000, interruptible: true };

export type FloorEvent =
  | { readonly type: "voice-noticed" }
  /** It was none. */
  | { readonly type: "voice-lost" }
  /** `at`: when the voice began. `meant`: the caller says so himself, by a button. */
  | {
      readonly type: "speech-started";
      readonly id: string;
      readonly at: number;
      readonly meant?: boolean;
    }
  /** The voice goes on after a pause, and is judged anew if it was not `taken`. */
  | { readonly type: "speech-resumed"; readonly id: string }
  | { readonly type: "speech-ended"; readonly id: string }
  /** Answers `judge`: words to the agent, nothing, or it takes longer than the agent can wait. */
  | {
      readonly type: "judged";
      readonly id: string;
      readonly verdict: "turn" | "nothing" | "unclear";
    }
  /** The words of a part are known; `empty`: there were none, or understanding failed. */
  | { readonly type: "understood"; readonly id: string; readonly empty: boolean }
  | { readonly type: "typed"; readonly id: string }
  /** A whole recording came; its words will be `understood`. */
  | { readonly type: "recorded"; readonly id: string }
  | { readonly type: "say"; readonly id: string; readonly interruptible: boolean }
  /** The caller wants the agent to be silent; `force`: the connection wants it. */
  | { readonly type: "interrupt"; readonly force?: boolean }
  /** The caller hears the reply since `at`; the newest word counts. */
  | { readonly type: "audible"; readonly id: string; readonly at: number }
  /** The reply has ended, in whatever way. */
  | { readonly type: "reply-over"; readonly id: string }
  /** The call is over. */
  | { readonly type: "closed" };

/** What is to be done, in order. */
export type FloorEffect =
  /** Find out whether this voice speaks to the agent; `judged` answers. */
  | { readonly type: "judge"; readonly id: string }
  /** It was nothing: no transcript, no answer. */
  | { readonly type: "drop"; readonly id: string }
  /** A part that nobody had begun to answer goes into a later part's turn. */
  | { readonly type: "merge"; readonly id: string; readonly by: string }
  /** Reply to these parts under the id of the last; `reply-over` follows. */
  | { readonly type: "answer"; readonly id: string; readonly parts: readonly string[] }
  /** Say what was asked; `reply-over` follows. */
  | { readonly type: "say"; readonly id: string }
  /** Hold the agent's sound back: the caller may be speaking. */
  | { readonly type: "hold" }
  /** Let it sound again, if there still is any. */
  | { readonly type: "release" }
  /** Interrupted: what was heard of the reply stands. `reply-over` follows. */
  | { readonly type: "stop"; readonly id: string }
  /** The reply had cut the caller off: nothing of it stands. `reply-over` follows. */
  | { readonly type: "withdraw"; readonly id: string; readonly by: string };

export const emptyFloor: Floor = {
  parts: [],
  agent: { phase: "silent" },
  sayings: [],
  noticed: false,
};

/** Nobody speaks, nobody waits for anything. */
export function isIdle({ parts, agent, sayings }: Floor): boolean {
  return parts.length === 0 && agent.phase === "silent" && sayings.length === 0;
}

/** Whether the agent's sound is held back. */
export function isHeld({ agent, noticed, parts }: Floor): boolean {
  if (agent.phase !== "replying" || !agent.interruptible) return false;
  return noticed || parts.some(({ standing }) => standing === "contested");
}
