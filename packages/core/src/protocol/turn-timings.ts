import * as z from "zod/mini";
import { boolean, number, string } from "./lean.ts";

const ms = z.optional(number);

/**
 * What one turn spent where: a waterfall. Times are milliseconds from the end of the caller's speech,
 * which is its last voiced frame as the server got it; of a typed turn or a recording, from its arrival.
 * A stage that the turn did not reach is absent.
 */
export const turnTimings = z.object({
  from: z.literal(["speech", "text", "recording"]),
  /** The silence had lasted long enough: the turn was the agent's. */
  endOfTurnMs: ms,
  /** Who decided so, e.g. `silence`: the turn detector's name, or what it says. */
  endOfTurnReason: z.optional(string),
  /** The caller's words were there. */
  transcriptMs: ms,
  llmFirstTokenMs: ms,
  /** The first sentence was complete and went to the voice. */
  firstSentenceMs: ms,
  ttsFirstByteMs: ms,
  /** The first frame of speech left the server. */
  firstFrameMs: ms,
  /** The caller's speaker began to sound, as his end attests; less than a frame of error. */
  audibleMs: ms,
  /** Sound sent. */
  spokenMs: number,
  /** Sound that the caller heard of it. */
  heardMs: number,
  /** The caller's end says what it played. Otherwise `heardMs` is an estimate: what was sent. */
  attested: boolean,
  /** The caller took the floor before the reply was over. */
  interrupted: boolean,
  /** The model was asked before the end of the turn, on what then were the caller's words. */
  preemptive: z.optional(boolean),
});
export type TurnTimings = z.infer<typeof turnTimings>;
