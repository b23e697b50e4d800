import {
  type Logger,
  semanticTurnDetector,
  silenceTurnDetector,
  type TurnDetector,
  type TurnWaits,
} from "@metered/llmrtc-core";
import { openSmartTurn, type SmartTurnModel } from "./smart-turn/smart-turn.ts";

const defaultSilenceMs = 500;

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
  /** Another one on the same model, for a call with waits of its own. Without a model: a fixed silence. */
  detectorFor(options: EndOfTurnOptions): TurnDetector;
  close(): Promise<void>;
}

/**
 * The server's default turn detector. Where the model cannot be loaded a fixed silence ends turns and a
 * warning says so: callers are answered all the same.
 */
export async function openTurnDetector(
  options: EndOfTurnOptions,
  logger: Logger,
  load: typeof openSmartTurn = openSmartTurn,
): Promise<OpenTurnDetector> {
  const model = await openModel(options, logger, load);
  const detectorFor = ({ model: wanted = true, waits, silenceMs }: EndOfTurnOptions) =>
    model && wanted
      ? semanticTurnDetector({ model, waits, logger })
      : silenceTurnDetector({ silenceMs: silenceMs ?? defaultSilenceMs });
  return {
    detector: detectorFor(options),
    detectorFor,
    close: async () => model?.close(),
  };
}

async function openModel(
  { model = true, silenceMs = defaultSilenceMs }: EndOfTurnOptions,
  logger: Logger,
  load: typeof openSmartTurn,
): Promise<SmartTurnModel | undefined> {
  if (!model) return undefined;
  try {
    return await load({ logger });
  } catch (error) {
    const message = `The turn model cannot be loaded: every turn ends after ${silenceMs} ms of silence`;
    logger.warn({ error }, message);
    return undefined;
  }
}
