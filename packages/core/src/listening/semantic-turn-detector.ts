import { type Logger, silentLogger } from "../logger.ts";
import type { TurnModel, TurnModelStream } from "../providers/turn-model.ts";
import type { Heard } from "./heard.ts";
import type { ListeningTurnDetector, Pause, TurnListener } from "./turn-detector.ts";
import { defaultTurnWaits, turnWait, type TurnWaits } from "./turn-wait.ts";
import { judgeWords, type WordsVerdict } from "./words.ts";

export interface SemanticTurnDetectorOptions {
  /** Hears from the voice whether the caller has finished. Without one, words alone decide. */
  readonly model?: TurnModel | undefined;
  /** Defaults: 250, 800 and 1200 ms. */
  readonly waits?: Partial<TurnWaits> | undefined;
  /** What words say about their end. Default: rules for English, punctuation for all languages. */
  readonly judgeWords?: ((text: string) => WordsVerdict) | undefined;
  /** Told each decision at debug level, without what was said. */
  readonly logger?: Logger | undefined;
}

/**
 * Ends a turn sooner or later depending on how the caller's voice falls, what his words say, how long
 * his own pauses are and how noisy it is around him. The model is asked once at each pause; a model
 * that fails is logged, and the words decide.
 */
export function semanticTurnDetector(
  options: SemanticTurnDetectorOptions = {},
): ListeningTurnDetector {
  return { name: "semantic", open: () => new SemanticListener(options) };
}

class SemanticListener implements TurnListener {
  readonly #options: SemanticTurnDetectorOptions;
  readonly #waits: TurnWaits;
  readonly #logger: Logger;
  readonly #voice: TurnModelStream | undefined;
  #reason: string | undefined;

  constructor(options: SemanticTurnDetectorOptions) {
    this.#options = options;
    this.#waits = {
      quickMs: options.waits?.quickMs ?? defaultTurnWaits.quickMs,
      middleMs: options.waits?.middleMs ?? defaultTurnWaits.middleMs,
      longMs: options.waits?.longMs ?? defaultTurnWaits.longMs,
    };
    this.#logger = options.logger ?? silentLogger;
    this.#voice = options.model?.open();
  }

  get reason(): string | undefined {
    return this.#reason;
  }

  hear(heard: Heard): void {
    if (heard.type === "speech-started") this.#voice?.begin();
    if (heard.type === "speech") this.#voice?.hear(heard.pcm);
  }

  async endOfTurnAfterMs(pause: Pause): Promise<number> {
    const [finished, words] = await Promise.all([this.#finished(pause), this.#words(pause)]);
    const { clarityDb, earlierPausesMs } = pause;
    const wait = turnWait({ finished, words, clarityDb, earlierPausesMs }, this.#waits);
    this.#logger.debug({ ...wait, finished, clarityDb }, "pause judged");
    if (!pause.signal.aborted) this.#reason = wait.reason;
    return wait.waitMs;
  }

  close(): void {
    this.#voice?.close();
  }

  async #finished({ signal }: Pause): Promise<number | undefined> {
    try {
      return await this.#voice?.finished({ signal });
    } catch (error) {
      signal.throwIfAborted();
      this.#logger.warn({ error, model: this.#options.model?.name }, "turn model failed");
      return undefined;
    }
  }

  async #words(pause: Pause): Promise<WordsVerdict> {
    const text = await pause.words();
    return (this.#options.judgeWords ?? judgeWords)(text ?? "");
  }
}
