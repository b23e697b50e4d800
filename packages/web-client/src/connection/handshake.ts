import {
  Emitter,
  features,
  type ClientMessage,
  type Clock,
  type ServerMessage,
} from "@metered/llmrtc-core";
import type { TurnDetection } from "../config.ts";
import { returned, termsOf, type Terms } from "./terms.ts";

const greetingWithinMs = 10_000;
const ackWithinMs = 5000;

export type HandshakeEvents = {
  /** The server has greeted: what it can do is known. */
  greeted: Terms;
  /** All is known that a call needs. */
  agreed: Terms;
  /** The last event: the server did not greet in time. */
  silent: undefined;
};

export interface HandshakeOptions {
  readonly clock: Clock;
  readonly send: (message: ClientMessage) => boolean;
  readonly turnDetection: TurnDetection;
  /** The session to go on with. */
  readonly resume: string | undefined;
}

/** What is said before a call: who both ends are, and which session goes on. */
export class Handshake extends Emitter<HandshakeEvents> {
  readonly #options: HandshakeOptions;
  #terms: Terms | undefined;
  #agreed = false;
  #cancelWait: () => void;

  constructor(options: HandshakeOptions) {
    super();
    this.#options = options;
    this.#cancelWait = options.clock.after(greetingWithinMs, () => {
      this.emit("silent", undefined);
    });
  }

  /** Undefined until the server has greeted. */
  get terms(): Terms | undefined {
    return this.#terms;
  }

  greet(ready: Extract<ServerMessage, { readonly type: "ready" }>): void {
    if (this.#terms) return;
    const { clock, send, resume, turnDetection } = this.#options;
    this.#terms = termsOf(ready);
    this.#cancelWait();
    if (!this.#terms.isV1) send({ type: "hello", features: [...features], turnDetection });
    this.emit("greeted", this.#terms);
    if (resume === undefined) {
      this.#agree(this.#terms);
      return;
    }
    send({ type: "reconnect", sessionId: resume });
    // A server that does not answer that has forgotten the session.
    this.#cancelWait = clock.after(ackWithinMs, () => {
      if (this.#terms) this.#agree(this.#terms);
    });
  }

  /** What the server says to `resume`. */
  acknowledge(ack: Extract<ServerMessage, { readonly type: "reconnect-ack" }>): void {
    if (!this.#terms || this.#agreed) return;
    this.#terms = returned(this.#terms, ack);
    this.#agree(this.#terms);
  }

  close(): void {
    this.#cancelWait();
  }

  #agree(terms: Terms): void {
    this.close();
    this.#agreed = true;
    this.emit("agreed", terms);
  }
}
