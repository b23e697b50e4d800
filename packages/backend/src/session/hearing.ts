import {
  callHook,
  type Ear,
  type Heard,
  listen,
  type Logger,
  type Microphone,
  type ServerHooks,
  type ServerMessage,
  type TurnDetector,
  type VoiceDetector,
} from "@metered/llmrtc-core";
import type { Turns } from "./turns.ts";
import type { Utterance } from "./utterance.ts";

export interface HearingOptions {
  readonly microphone: Microphone;
  readonly voiceDetector: VoiceDetector;
  readonly turnDetector: TurnDetector;
  readonly turns: Turns;
  readonly hooks: ServerHooks;
  readonly logger: Logger;
  readonly sessionId: () => string;
  readonly send: (message: ServerMessage) => void;
}

type SpeechStarted = Extract<Heard, { readonly type: "speech-started" }>;
type SpeechEnded = Extract<Heard, { readonly type: "speech-ended" }>;

/** Tells the turns of a call what comes from one microphone. */
export class Hearing {
  readonly ear: Ear;
  readonly #options: HearingOptions;
  readonly #closeVoice: () => void;
  #utterance: Utterance | undefined;

  constructor(options: HearingOptions) {
    const { microphone, voiceDetector, turnDetector, logger } = options;
    this.#options = options;
    const voice = voiceDetector.open();
    this.#closeVoice = () => {
      voice.close();
    };
    const words = async (signal: AbortSignal) => this.#utterance?.wordsAtPause(signal);
    const onJudged = (afterMs: number) => this.#utterance?.ending(afterMs);
    this.ear = listen(microphone, { voice, turnDetector, words, onJudged, logger });
  }

  /** Resolves when the microphone has ended. Never rejects. */
  async run(): Promise<void> {
    const { turns, logger, send, sessionId } = this.#options;
    try {
      for await (const heard of this.ear) this.#hear(heard);
    } catch (error) {
      logger.error({ error, sessionId: sessionId() }, "listening failed");
      const message = "The microphone's sound could not be processed.";
      send({ type: "error", code: "AUDIO_PROCESSING_ERROR", message });
    } finally {
      this.#closeVoice();
      turns.lost();
      this.#ended();
    }
  }

  #hear(heard: Heard): void {
    const { turns } = this.#options;
    switch (heard.type) {
      case "voice-noticed":
        turns.noticed();
        return;
      case "voice-lost":
        turns.lost();
        return;
      case "speech-started":
        this.#utterance = this.#started(heard);
        return;
      case "speech":
        this.#utterance?.hear(heard.pcm, heard.voiceMs);
        return;
      case "speech-paused":
        this.#utterance?.pause();
        return;
      case "speech-resumed":
        this.#utterance?.resume();
        return;
      case "speech-ended":
        this.#ended(heard);
    }
  }

  #started(heard: SpeechStarted): Utterance {
    const { turns, hooks, logger, send, sessionId } = this.#options;
    const utterance = turns.listen(heard, (turnId) => {
      send({ type: "speech-start", turnId });
    });
    void callHook(hooks.onSpeechStart, logger, sessionId(), Date.now());
    return utterance;
  }

  /** @param heard absent: it broke off */
  #ended(heard?: SpeechEnded): void {
    const utterance = this.#utterance;
    if (!utterance) return;
    this.#utterance = undefined;
    const { turns, hooks, logger, turnDetector, send, sessionId } = this.#options;
    send({ type: "speech-end", turnId: utterance.id });
    turns.spoken(utterance);
    if (heard?.cancelled) utterance.drop();
    utterance.end(
      heard && { silenceMs: heard.silenceMs, reason: heard.reason ?? turnDetector.name },
    );
    void callHook(hooks.onSpeechEnd, logger, sessionId(), Date.now(), heard?.speechMs ?? 0);
  }
}
