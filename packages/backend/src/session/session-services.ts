import type {
  Clock,
  ServerHooks,
  TurnDetector,
  TurnOptions,
  VoiceDetector,
} from "@metered/llmrtc-core";
import type { PlayoutClock } from "../media/playout-clock.ts";
import type { LineSource, SilenceOptions } from "./session-handle.ts";

/** What a session works with. */
export interface SessionServices {
  readonly turn: TurnOptions;
  readonly hooks: ServerHooks;
  readonly systemPrompt: string | undefined;
  /** Messages of history that the model sees. */
  readonly historyLimit: number;
  readonly greeting?: LineSource | undefined;
  readonly silence?: SilenceOptions | undefined;
  readonly turnDetector: TurnDetector;
  /** Undefined where the model could not be loaded: the session then hears typed text only. */
  readonly voiceDetector: VoiceDetector | undefined;
  readonly clock: PlayoutClock;
  /** For who speaks when. Default: the system's. */
  readonly time?: Clock;
}
