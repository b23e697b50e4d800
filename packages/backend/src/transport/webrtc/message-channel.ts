import { dataChannelLabel } from "@metered/llmrtc-core";
import type { RTCDataChannel } from "werift";

/** More unsent bytes than this, and the socket is the faster way. */
const mostBuffered = 1_048_576;
/** For a client that says that it takes messages of any size. */
const largestMessage = 262_144;

export interface MessageChannelEvents {
  readonly message: (text: string) => void;
  /** Something that is no text. */
  readonly invalid: (why: string) => void;
}

/** The client's data channel `data`, as often as it opens one. */
export class MessageChannel {
  readonly #events: MessageChannelEvents;
  #channel: RTCDataChannel | undefined;

  constructor(events: MessageChannelEvents) {
    this.#events = events;
  }

  /** Takes a channel that the client opened; others than `data` are none of ours. */
  adopt(channel: RTCDataChannel): void {
    if (channel.label !== dataChannelLabel) return;
    this.#channel = channel;
    channel.onMessage.subscribe((data) => {
      if (channel !== this.#channel) return;
      if (typeof data === "string") this.#events.message(data);
      else this.#events.invalid("binary message on the data channel");
    });
  }

  /** False when there is no open channel or it cannot take this message now. */
  send(message: string): boolean {
    const channel = this.#channel;
    if (channel?.readyState !== "open") return false;
    const size = Buffer.byteLength(message);
    const { remoteMaxMessageSize } = channel.sctp;
    const largest = remoteMaxMessageSize === 0 ? largestMessage : remoteMaxMessageSize;
    if (size > largest || channel.bufferedAmount + size > mostBuffered) return false;
    channel.send(message);
    return true;
  }

  close(): void {
    this.#channel = undefined;
  }
}
