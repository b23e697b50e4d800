import type { TurnContext } from "../observe/hooks.ts";
import type { TurnStopwatch } from "../observe/turn-stopwatch.ts";
import type { ServerMessage } from "../protocol/server-messages.ts";
import type { Message, VisionAttachment } from "../providers/llm.ts";
import type { SpokenLedger } from "../speaking/ledger.ts";
import type { History } from "./history.ts";
import type { TurnOptions } from "./turn-options.ts";
import type { VoiceOutput } from "./voice-output.ts";

/** One message of the caller: what he said or typed. */
export interface Said {
  /** Never empty. */
  readonly text: string;
  readonly attachments: readonly VisionAttachment[];
}

/** What a turn adds to the history. */
export interface Exchange {
  /** What the caller said; nothing when the agent spoke of its own accord. */
  readonly said: readonly Message[];
  /** What the agent said, as far as it was heard. */
  readonly answer?: Message;
}

/** What the agent speaks about. */
export type Prompt =
  /** Answer this, oldest first; at least one. */
  | { readonly said: readonly Said[] }
  /** Say this, as it stands. */
  | { readonly text: string }
  /** Say something of this kind, e.g. "Greet the caller by name." */
  | { readonly instructions: string };

export interface ReplyInput {
  readonly context: TurnContext;
  readonly prompt: Prompt;
  /** Only read. */
  readonly history: History;
  /** Called once, when the reply is over, with what the turn adds to the history; not if withdrawn. */
  readonly keep: (exchange: Exchange) => void;
  readonly options: TurnOptions;
  readonly voice: VoiceOutput;
  readonly send: (message: ServerMessage) => void;
  readonly stopwatch: TurnStopwatch;
  /** What is spoken is noted here. */
  readonly ledger: SpokenLedger;
  /** The first sound has been sent, or the caller's end says that it has been heard, so long ago. */
  readonly onSound?: ((how: "sent" | "heard", agoMs: number) => void) | undefined;
  /**
   * Aborting it ends the reply, and the voice falls silent. With `Withdrawn` as the reason nothing is
   * waited for.
   */
  readonly signal: AbortSignal;
}
