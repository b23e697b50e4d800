import { parseServerMessage, type Logger, type ServerMessage } from "@metered/llmrtc-core";
import { Copies, type Channel } from "./copies.ts";

type SignallingType =
  "ready" | "pong" | "signal" | "candidate" | "ice-servers" | "reconnect-ack" | "audio-started";

/** What concerns the conversation, not the connection. */
export type ConversationMessage = Exclude<ServerMessage, { readonly type: SignallingType }>;

/** Reads what the server says, each message once. */
export class Inbox {
  readonly #logger: Logger;
  readonly #take: (message: ServerMessage) => void;
  #copies: Copies | undefined;

  constructor(logger: Logger, take: (message: ServerMessage) => void) {
    this.#logger = logger;
    this.#take = take;
  }

  /** The server says everything on both channels. */
  expectCopies(): void {
    this.#copies = new Copies();
  }

  receive(channel: Channel, frame: string): void {
    if (this.#copies?.isFirst(channel, frame) === false) return;
    let message: ServerMessage;
    try {
      message = parseServerMessage(frame);
    } catch (error) {
      // A newer server may know more; what this version does not understand is not for it.
      this.#logger.debug({ error }, "Ignored a message of the server");
      return;
    }
    this.#take(message);
  }
}
