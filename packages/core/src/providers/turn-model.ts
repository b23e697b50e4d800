import type { Pcm } from "../audio/pcm.ts";
import type { CallOptions } from "./call.ts";

/** Hears from the voice alone whether a caller who falls silent has finished. One serves all calls. */
export interface TurnModel {
  /** For logs, e.g. `smart-turn`. */
  readonly name: string;
  /** Starts listening to one caller. */
  open(): TurnModelStream;
  close(): Promise<void>;
}

/** One caller's ear. */
export interface TurnModelStream {
  /** An utterance begins: what was heard before does not count. */
  begin(): void;
  /** @param pcm the next sound of the utterance, 16 kHz mono */
  hear(pcm: Pcm): void;
  /**
   * Ask when about 60 to 100 ms of silence have been heard after a voice: silence alone makes models say
   * "finished".
   *
   * @returns how likely the utterance is finished, 0 to 1
   * @throws {LLMRTCError} `MODEL_ERROR` when the model failed, `CLOSED` after `close`
   */
  finished(options?: CallOptions): Promise<number>;
  close(): void;
}
