import type {
  ClientMessage,
  Ear,
  Microphone,
  ServerMessage,
  VoiceOutput,
} from "@metered/llmrtc-core";
import { Playout } from "../media/playout.ts";
import type { Transport } from "../transport/transport.ts";
import { Hearing } from "./hearing.ts";
import type { SessionServices } from "./session-services.ts";
import type { Turns } from "./turns.ts";
import { trackVoice } from "./voice-outputs.ts";

export interface MediaOptions {
  /** Owned from now on. */
  readonly transport: Transport;
  readonly services: SessionServices;
  /** Are told what is heard. */
  readonly turns: Turns;
  readonly sessionId: () => string;
  readonly send: (message: ServerMessage) => void;
  /** The caller's end falls silent as soon as it is told of a pause. */
  readonly pauses: () => boolean;
}

type Attestation = Omit<Extract<ClientMessage, { readonly type: "playout" }>, "type">;

/** What a call hears and says over one transport, for as long as that carries it. */
export class Media {
  /** The agent's mouth. */
  readonly voice: VoiceOutput;
  readonly #transport: Transport;
  readonly #playout: Playout;
  /** Absent where no voice can be detected. */
  readonly #hearing: Hearing | undefined;

  constructor(options: MediaOptions) {
    const { transport, services, pauses } = options;
    this.#transport = transport;
    this.#playout = new Playout({ clock: services.clock, sink: transport });
    this.voice = trackVoice(this.#playout, pauses);
    this.#hearing = listenTo(transport.microphone, options);
  }

  get ear(): Ear | undefined {
    return this.#hearing?.ear;
  }

  /** Begins to listen. */
  listen(): void {
    void this.#hearing?.run();
  }

  /** The caller's end says what it has played. */
  attest({ position, outputDelayMs, roundTripMs = 0 }: Attestation): void {
    const sentAfterMs = this.#transport.sentAfterMs?.(position);
    if (sentAfterMs === undefined) return;
    this.#playout.attest(sentAfterMs + within(outputDelayMs), within(roundTripMs / 2));
  }

  async close(): Promise<void> {
    this.#playout.close();
    await this.#transport.close();
  }
}

function listenTo(microphone: Microphone, options: MediaOptions): Hearing | undefined {
  const { services, turns, sessionId, send } = options;
  const { voiceDetector, turnDetector, turn, hooks } = services;
  if (!voiceDetector) {
    const message = "Voice detection is not available: typed text still works.";
    send({ type: "error", code: "VAD_ERROR", message });
    return undefined;
  }
  const { logger } = turn;
  const heard = { microphone, voiceDetector, turnDetector };
  return new Hearing({ ...heard, turns, hooks, logger, sessionId, send });
}

/** A delay that a client claims, made a possible one. */
function within(delayMs: number): number {
  return Math.min(2_000, Math.max(0, delayMs));
}
