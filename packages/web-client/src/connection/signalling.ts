import { Emitter, type ClientMessage } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";

export type SignallingEvents = {
  open: undefined;
  /** One text frame of the server. */
  frame: string;
  /** One binary frame. */
  bytes: Uint8Array;
  /** The last event, unless `close` was called. */
  lost: LLMRTCClientError;
};

/** Close codes with which a server refuses a caller; the next try would be refused too. */
const refusals = new Set([4401, 4403]);
/** It takes no new callers at the moment. */
const busy = 4429;

/** The WebSocket to the server. */
export class Signalling extends Emitter<SignallingEvents> {
  readonly #socket: WebSocket;
  readonly #life = new AbortController();

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    const { signal } = this.#life;
    const once = { signal, once: true };
    socket.addEventListener(
      "open",
      () => {
        this.emit("open", undefined);
      },
      once,
    );
    socket.addEventListener(
      "message",
      ({ data }: MessageEvent<unknown>) => {
        if (typeof data === "string") this.emit("frame", data);
        else if (data instanceof ArrayBuffer) this.emit("bytes", new Uint8Array(data));
      },
      { signal },
    );
    // An `error` event says nothing that the `close` event after it does not.
    socket.addEventListener(
      "close",
      ({ code }) => {
        this.#life.abort();
        this.emit("lost", closeError(code));
      },
      once,
    );
  }

  /** False when the socket is not open. */
  send(message: ClientMessage): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(bytes);
  }

  /** What the network has not taken yet. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  close(): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    this.#socket.close();
  }
}

function closeError(code: number): LLMRTCClientError {
  if (refusals.has(code)) {
    return new LLMRTCClientError("ACCESS_REFUSED", "The server refused this caller.");
  }
  if (code === busy) return new LLMRTCClientError("SERVER_BUSY", "The server takes no more calls.");
  return new LLMRTCClientError(
    "SIGNALLING_FAILED",
    `The connection to the server was lost (WebSocket code ${code}).`,
  );
}
