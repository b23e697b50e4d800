import type { ClientMessage } from "@metered/llmrtc-core";

export interface ReturnGateOptions {
  /** Whether a session has its place in the server, so that who comes back to it takes no other. */
  readonly hasPlace: (sessionId: string) => boolean;
  /** It will not open any more: the caller is a new one, or says nothing. */
  readonly refused: () => void;
}

/** Clients say it as soon as they are welcomed. */
const decideWithinMs = 5_000;

/**
 * Stands between a full server and a caller who may be coming back: until he has said to which call, only
 * what says nothing yet passes. Opens once.
 */
export class ReturnGate {
  readonly #options: ReturnGateOptions;
  readonly #timer: NodeJS.Timeout;
  #open = false;

  constructor(options: ReturnGateOptions) {
    this.#options = options;
    this.#timer = setTimeout(options.refused, decideWithinMs);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether a message may be handled. */
  passes(message: ClientMessage): boolean {
    if (this.#open || message.type === "hello" || message.type === "ping") return true;
    this.close();
    this.#open = message.type === "reconnect" && this.#options.hasPlace(message.sessionId);
    if (!this.#open) this.#options.refused();
    return this.#open;
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
