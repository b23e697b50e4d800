import type { TurnContext } from "../observe/hooks.ts";
import type { TurnStopwatch } from "../observe/turn-stopwatch.ts";
import type { ServerMessage } from "../protocol/server-messages.ts";
import type { VisionAttachment } from "../providers/llm.ts";
import type { History } from "./history.ts";
import type { TurnOptions } from "./turn-options.ts";
import type { VoiceOutput } from "./voice-output.ts";

export interface ReplyInput {
  readonly context: TurnContext;
  /** What the caller said or typed; never empty. */
  readonly text: string;
  readonly attachments: readonly VisionAttachment[];
  readonly history: History;
  readonly options: TurnOptions;
  readonly voice: VoiceOutput;
  readonly send: (message: ServerMessage) => void;
  readonly stopwatch: TurnStopwatch;
  /** Aborting it is the interruption: the voice falls silent, history keeps what was heard. */
  readonly signal: AbortSignal;
}
