import type { Message, SilenceRules } from "@metered/llmrtc-core";

/** One call, as application code has it in hand: `server.getSession(id)`. */
export interface SessionHandle {
  /** Unguessable; changes once, when the caller comes back to an earlier session. */
  readonly id: string;
  /** What was said so far and is remembered, oldest first, without the system prompt. */
  readonly messages: readonly Message[];
  /**
   * The agent says this as soon as neither side is speaking or waits for an answer. What the caller hears
   * of it stands in the history.
   *
   * @param line words, or instructions for the model to find words
   * @returns how it went, when it is over. Never rejects: a provider's failure is told as in any turn.
   */
  say(line: Line, options?: SayOptions): Promise<Spoken>;
  /** Stops what the agent is saying, if it may be interrupted. */
  interrupt(): void;
  /**
   * Ends the call at once: the client is told why, and does not come back. Say goodbye before.
   *
   * @param reason a word for programs, e.g. `done`; default `hung-up`
   */
  hangUp(reason?: string): Promise<void>;
}

/** Something for the agent to say: the words, or what the model is to say something about. */
export type Line =
  | string
  | (SayOptions & { readonly text: string })
  | (SayOptions & { readonly instructions: string });

/** A line, or what finds one for a call; undefined: nothing is said. */
export type LineSource =
  Line | ((session: SessionHandle) => Line | undefined | Promise<Line | undefined>);

export interface SayOptions {
  /** False: it is spoken to its end, and what the caller says meanwhile is answered then. Default true. */
  readonly interruptible?: boolean;
}

/** How something was said. */
export interface Spoken {
  /** What the caller heard of it. */
  readonly heard: string;
  /** He took the floor, or was not there. */
  readonly interrupted: boolean;
}

/** What happens when nobody says anything any more, and with which words. */
export interface SilenceOptions extends SilenceRules {
  /** What the agent says after `promptAfterMs`. Default "Are you still there?". */
  readonly prompt?: LineSource | undefined;
  /** What it says before it hangs up; whoever answers it is not hung up on. Default nothing. */
  readonly farewell?: LineSource | undefined;
}
