import {
  type Logger,
  semanticTurnDetector,
  silenceTurnDetector,
  type TurnDetector,
  type TurnWaits,
} from "@metered/llmrtc-core";
import { openSmartTurn } from "./smart-turn/smart-turn.ts";

/** How the server's own turn detector works. */
export interface EndOfTurnOptions {
  /**
   * Judge the voice with Smart Turn, in a worker of this server, and the words with rules. Default
   * true; false ends every turn after a fixed silence.
   */
  readonly model?: boolean | undefined;
  /** Silence that ends a turn which seems finished, unclear, unfinished. Default 250, 800, 1200 ms. */
  readonly waits?: Partial<TurnWaits> | undefined;
  /** The fixed silence where there is no model. Default 500 ms. */
  readonly silenceMs?: number | undefined;
}

export interface OpenTurnDetector {
  readonly detector: TurnDetector;
  close(): Promise<void>;
}

/**
 * The server's default turn detector. Where the model cannot be loaded a fixed silence ends turns and a
 * warning says so: callers are answered all the same.
 */
export async function openTurnDetector(
  { model = true, waits, silenceMs = 500 }: EndOfTurnOptions,
  logger: Logger,
  load: typeof openSmartTurn = openSmartTurn,
): Promise<OpenTurnDetector> {
  const silence = {
    detector: silenceTurnDetector({ silenceMs }),
    close: () => Promise.resolve(),
  };
  if (!model) return silence;
  try {
    const smartTurn = await load({ logger });
    const detector = semanticTurnDetector({ model: smartTurn, waits, logger });
    return { detector, close: () => smartTurn.close() };
  } catch (error) {
    const message = `The turn model cannot be loaded: every turn ends after ${silenceMs} ms of silence`;
    logger.warn({ error }, message);
    return silence;
  }
}
