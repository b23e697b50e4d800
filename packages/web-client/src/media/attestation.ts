import type { ClientMessage, Clock } from "@metered/llmrtc-core";
import type { ConversationMessage } from "../connection/inbox.ts";

type Playout = Omit<Extract<ClientMessage, { readonly type: "playout" }>, "type">;

/** Until the first sound comes out, so that the server learns when that was. */
const watchMs = 50;
const tellMs = 200;
/** What was under way when the server fell silent still sounds. */
const afterwardsMs = 500;

export interface AttestationOptions {
  readonly clock: Clock;
  /** What the speaker has come to. */
  readonly played: () => Playout;
  readonly send: (message: ClientMessage) => void;
}

/** Tells the server what has been played while the agent speaks, each news once. */
export class Attestation {
  readonly #options: AttestationOptions;
  #told: number | null | undefined;
  #moves = false;
  #until = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(options: AttestationOptions) {
    this.#options = options;
  }

  follow({ type }: ConversationMessage): void {
    if (type === "tts-start") this.#start();
    if (type === "tts-paused") {
      this.close();
      this.#told = undefined; // so that the server learns where the listener stopped
      this.#beat(false);
    }
    if (type === "tts-resumed") this.#beat();
    if (type === "tts-complete" || type === "tts-cancelled") {
      this.#until = this.#options.clock.now() + afterwardsMs;
    }
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #start(): void {
    this.close();
    this.#told = undefined;
    this.#moves = false;
    this.#until = Number.POSITIVE_INFINITY;
    this.#beat();
  }

  #beat(goesOn = true): void {
    const { clock, played, send } = this.#options;
    const playout = played();
    if (playout.position !== this.#told) {
      this.#moves = this.#told !== undefined;
      this.#told = playout.position;
      send({ type: "playout", ...playout });
    }
    if (!goesOn || clock.now() >= this.#until) return;
    this.#cancel = clock.after(this.#moves ? tellMs : watchMs, () => {
      this.#beat();
    });
  }
}
