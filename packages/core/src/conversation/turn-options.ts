import type { Logger } from "../logger.ts";
import type { MetricsAdapter } from "../observe/metrics.ts";
import type { OrchestratorHooks, ServerHooks } from "../observe/hooks.ts";
import type { LLMProvider, SessionConfig } from "../providers/llm.ts";
import type { STTProvider } from "../providers/stt.ts";
import type { TTSProvider } from "../providers/tts.ts";
import type { VisionProvider } from "../providers/vision.ts";
import {
  interruptionDetector,
  type InterruptionDetector,
} from "../listening/interruption-detector.ts";
import type { SentenceChunker } from "../speaking/sentences.ts";
import { defaultFloorRules, type FloorRules } from "./floor.ts";

/** What hears, thinks, speaks and sees for the agent. One set serves all calls. */
export interface ConversationProviders {
  readonly llm: LLMProvider;
  readonly stt: STTProvider;
  readonly tts: TTSProvider;
  /** Describes pictures for a model that cannot see. */
  readonly vision?: VisionProvider;
}

/** Limits on waiting for a provider, in milliseconds. */
export interface ProviderTimeouts {
  /** From the end of the utterance to its text. Default 10_000. */
  readonly sttMs: number;
  /** To the first token, and between tokens. Default 15_000. */
  readonly llmMs: number;
  /** To the first sample of a sentence, and between runs of samples. Default 10_000. */
  readonly ttsMs: number;
}

export const defaultTimeouts: ProviderTimeouts = { sttMs: 10_000, llmMs: 15_000, ttsMs: 10_000 };

/** How the agent and the caller share the floor. */
export interface TurnTaking extends FloorRules {
  /** From the start of a voice over the agent until it goes on or is stopped. Default 600. */
  readonly judgeWithinMs: number;
  readonly interruptionDetector: InterruptionDetector;
  /**
   * Asks the model before it is sure that the caller has finished, and drops what he turns out not to
   * have said. `auto`: at once where the model is `local`, else when the turn detector is nearly sure
   * (waits 400 ms at most). True: at once at each pause. Default `auto`.
   */
  readonly preemptive: "auto" | boolean;
}

export const defaultTurnTaking: TurnTaking = {
  ...defaultFloorRules,
  judgeWithinMs: 600,
  interruptionDetector: interruptionDetector(),
  preemptive: "auto",
};

/** How the turns of a call run. */
export interface TurnOptions {
  readonly providers: ConversationProviders;
  readonly timeouts: ProviderTimeouts;
  readonly streamingTTS: boolean;
  readonly streamingSTT: boolean;
  readonly llm: SessionConfig;
  readonly sentenceChunker?: SentenceChunker | undefined;
  /** Default: `defaultTurnTaking`. */
  readonly turnTaking?: TurnTaking | undefined;
  readonly hooks: OrchestratorHooks & Pick<ServerHooks, "onError">;
  readonly metrics: MetricsAdapter;
  readonly logger: Logger;
}
