import type { Pcm } from "../audio/pcm.ts";

/** Where the agent's voice goes. */
export interface VoiceOutput {
  /** Takes 24 kHz mono sound; resolves when there is room for more. */
  play(pcm: Pcm, signal: AbortSignal): Promise<void>;
  /** Sound taken and not played yet. */
  queuedMs(): number;
  /** Sound that has left for the caller since the call began. */
  sentMs(): number;
  /** Resolves when that much has been played. */
  whenPlayed(ms: number, signal: AbortSignal): Promise<void>;
  /** Resolves when all sound has been played. */
  whenDrained(signal: AbortSignal): Promise<void>;
  /** Resolves when the first of that much sound has left for the caller. */
  whenSent(ms: number, signal: AbortSignal): Promise<void>;
  /**
   * Resolves, if ever, when the caller's end says that so much has been heard.
   *
   * @returns how many milliseconds ago that was
   */
  whenHeard(ms: number, signal: AbortSignal): Promise<number>;
  /**
   * How much of what was sent has been heard; waits a moment for the caller's end to say so.
   *
   * @param sinceMs where the reply began: sound played since the call began
   */
  heard(sinceMs: number): Promise<HeardSound>;
  /** Silences the agent at once and drops what waits. */
  clear(): void;
  /** Silences the agent at once and keeps what waits. */
  pause(): void;
  /** Goes on after `pause`, from a natural point before the place that the caller has heard last. */
  resume(): void;
}

export interface HeardSound {
  /** Sound sent, and heard, since the call began. */
  readonly sentMs: number;
  readonly heardMs: number;
  /** The caller's end says so; else `heardMs` is what was sent. */
  readonly attested: boolean;
}
