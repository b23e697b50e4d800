import { dataChannelLabel } from "@metered/llmrtc-core";

/** More than this in the channel's buffer means that the network cannot keep up. */
const bufferLimit = 1 << 20;
/** RFC 8841 section 6.1: what an end accepts that does not say. */
const defaultMessageSize = 65_536;

export interface DataChannelOptions {
  readonly connection: RTCPeerConnection;
  readonly opened: () => void;
  /** A text message of the server. */
  readonly heard: (message: string) => void;
  /** By the server. */
  readonly closed: () => void;
  /** Ends what is heard of it. */
  readonly signal: AbortSignal;
}

/** The way for messages beside the sound: text, whole and in order. */
export class DataChannel {
  readonly #connection: RTCPeerConnection;
  readonly #channel: RTCDataChannel;

  constructor({ connection, opened, heard, closed, signal }: DataChannelOptions) {
    this.#connection = connection;
    this.#channel = connection.createDataChannel(dataChannelLabel, { ordered: true });
    this.#channel.addEventListener("open", opened, { signal });
    this.#channel.addEventListener(
      "message",
      ({ data }: MessageEvent<unknown>) => {
        if (typeof data === "string") heard(data);
      },
      { signal },
    );
    this.#channel.addEventListener("close", closed, { signal });
  }

  get isOpen(): boolean {
    return this.#channel.readyState === "open";
  }

  /** False when it is not open, full, or the message too long for it. */
  send(message: string): boolean {
    if (!this.isOpen) return false;
    const limit = this.#connection.sctp?.maxMessageSize ?? defaultMessageSize;
    if (new TextEncoder().encode(message).length > limit) return false;
    if (this.#channel.bufferedAmount > bufferLimit) return false;
    this.#channel.send(message);
    return true;
  }

  close(): void {
    this.#channel.close();
  }
}
