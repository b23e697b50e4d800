import type { Logger, TurnDetector, VoiceDetector } from "@metered/llmrtc-core";
import { type EndOfTurnOptions, openTurnDetector, type OpenTurnDetector } from "./end-of-turn.ts";
import { openSilero } from "./silero/silero.ts";

export interface DetectorOptions {
  readonly voiceDetector?: VoiceDetector | undefined;
  readonly turnDetector?: TurnDetector | undefined;
  readonly endOfTurn: EndOfTurnOptions;
  readonly logger: Logger;
}

export interface Detectors {
  readonly voiceDetector: VoiceDetector;
  readonly turnDetector: OpenTurnDetector;
  /** Those of the application are its own to close. */
  close(): Promise<void>;
}

/** Where models come from; tests bring their own. */
interface Models {
  readonly openVoice: (options: { readonly logger: Logger }) => Promise<VoiceDetector>;
  readonly openTurns: typeof openTurnDetector;
}

/**
 * What tells voice from noise and the end of a turn: as the application has them, else models in workers.
 *
 * @throws what loading the voice detector throws; then nothing stays open
 */
export async function openDetectors(
  options: DetectorOptions,
  { openVoice = openSilero, openTurns = openTurnDetector }: Partial<Models> = {},
): Promise<Detectors> {
  const opening = turns(options, openTurns);
  try {
    const { detector: voiceDetector, close } = await voice(options, openVoice);
    const turnDetector = await opening;
    return {
      voiceDetector,
      turnDetector,
      close: async () => {
        await Promise.all([close(), turnDetector.close()]);
      },
    };
  } catch (error) {
    await (await opening).close();
    throw error;
  }
}

async function voice({ voiceDetector, logger }: DetectorOptions, openVoice: Models["openVoice"]) {
  if (voiceDetector) return { detector: voiceDetector, close: async () => undefined };
  const silero = await openVoice({ logger });
  return { detector: silero, close: () => silero.close() };
}

/** With a detector of the application's own no model is loaded. */
async function turns(
  { turnDetector, endOfTurn, logger }: DetectorOptions,
  openTurns: Models["openTurns"],
): Promise<OpenTurnDetector> {
  const opened = await openTurns(turnDetector ? { model: false } : endOfTurn, logger);
  return turnDetector ? { ...opened, detector: turnDetector } : opened;
}
