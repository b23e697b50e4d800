import {
  type AgentNow,
  type Clock,
  type History,
  type Interrupted,
  type Prompt,
  reply,
  reportFailure,
  type ServerMessage,
  SpokenLedger,
  type TurnContext,
  type TurnOptions,
  type TurnStopwatch,
  type VoiceOutput,
  Withdrawn,
} from "@metered/llmrtc-core";
import type { HeldReply } from "./hold.ts";
import type { Spoken } from "./session-handle.ts";
import { reportTurn } from "./reporting.ts";

export interface RunningReplyOptions {
  readonly context: TurnContext;
  readonly prompt: Prompt;
  readonly stopwatch: TurnStopwatch;
  readonly turn: TurnOptions;
  readonly history: History;
  readonly voice: VoiceOutput;
  readonly send: (message: ServerMessage) => void;
  /** Whether the client wants to know where the time went. */
  readonly timings: boolean;
  /** The caller hears it since then, as far as is known now. */
  readonly audible: (at: number) => void;
  readonly clock: Clock;
  /** Ends the call. */
  readonly signal: AbortSignal;
}

/** Sound needs about this long from here to the ear; where the caller's end tells, that counts. */
const onTheWayMs = 100;

/** One reply of the agent, from its prompt to its last sound. */
export class RunningReply {
  readonly #options: RunningReplyOptions;
  readonly #ending = new AbortController();
  readonly #ledger = new SpokenLedger();
  readonly #sentBefore: number;
  #heard = "";

  constructor(options: RunningReplyOptions) {
    this.#options = options;
    this.#sentBefore = options.voice.sentMs();
  }

  get id(): string {
    return this.#options.context.turnId;
  }

  get voice(): VoiceOutput {
    return this.#options.voice;
  }

  /** Nothing of it stands. */
  get withdrawn(): boolean {
    return this.#ending.signal.reason instanceof Withdrawn;
  }

  /** How it was taken, once it is over. */
  get spoken(): Spoken {
    return { heard: this.#heard, interrupted: this.#ending.signal.aborted };
  }

  /** What is to be known to hold it back. */
  get held(): HeldReply {
    return { turnId: this.id, voice: this.voice, sounds: this.#sentMs > 0 };
  }

  /** What is to be known to judge a voice over it. */
  get now(): AgentNow {
    const sentMs = this.#sentMs;
    const ledger = this.#ledger;
    return {
      agentAudible: sentMs > 0,
      agentWords: ledger.heard(sentMs),
      agentLeftMs: ledger.finished ? ledger.totalMs - sentMs : undefined,
    };
  }

  /** Gives it up; `run` resolves soon. */
  end(reason: Interrupted | Withdrawn): void {
    this.#ending.abort(reason);
  }

  /** Resolves when it is over and told to hooks and metrics. Never rejects. */
  async run(): Promise<void> {
    const { context, turn, send, signal, timings, stopwatch, history } = this.#options;
    try {
      await reply({
        ...this.#options,
        options: turn,
        keep: ({ said, answer }) => {
          this.#heard = answer?.content ?? "";
          history.add(...said, ...(answer ? [answer] : []));
        },
        send: (message) => {
          if (!this.withdrawn || message.type === "tts-cancelled") send(message);
        },
        ledger: this.#ledger,
        signal: AbortSignal.any([signal, this.#ending.signal]),
        onSound: (how, agoMs) => {
          const { audible, clock } = this.#options;
          audible(clock.now() + (how === "sent" ? onTheWayMs : -agoMs));
        },
      });
      if (this.withdrawn) return;
      await reportTurn(context, stopwatch.timings, turn, timings ? send : undefined);
    } catch (error) {
      if (!signal.aborted) await reportFailure(error, { context, options: turn, send }, "llm");
    }
  }

  get #sentMs(): number {
    return this.voice.sentMs() - this.#sentBefore;
  }
}
