import { Emitter, type ClientMessage, type Clock } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";

export type SignallingEvents = {
  /** One text frame of the server. */
  frame: string;
  /** One binary frame. */
  bytes: Uint8Array;
  /** There is another socket, to which the server has said nothing yet. */
  renewed: undefined;
  /** The socket is gone, or another one could not be opened. */
  lost: LLMRTCClientError;
};

/** Close codes with which a server refuses a caller; the next try would be refused too. */
const refusals = new Set([4401, 4403]);
/** It takes no new callers at the moment. */
const busy = 4429;

/** A socket that is not open by then is given up for another. */
const openWithinMs = 2000;
const firstWaitMs = 250;
const longestWaitMs = 1000;

export interface SignallingOptions {
  readonly clock: Clock;
  readonly socket: WebSocket;
  /** Another socket to the same server. */
  readonly open: () => Promise<WebSocket>;
}

/** The WebSocket to the server, or one after another. */
export class Signalling extends Emitter<SignallingEvents> {
  readonly #options: SignallingOptions;
  #socket: WebSocket;
  /** Ends what is heard from the socket in use. */
  #heard = new AbortController();
  /** While another socket is being opened. */
  #renewing: object | undefined;
  /** To open another one, since the server last said something. */
  #tries = 0;
  #closed = false;

  constructor(options: SignallingOptions) {
    super();
    this.#options = options;
    this.#socket = options.socket;
    this.#use(options.socket);
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

  /**
   * Opens another socket beside the one there is, again and again, and changes over when it is open:
   * then `renewed`. Each try that fails is `lost`. Does nothing while one is being opened.
   */
  renew(): void {
    if (this.#renewing || this.#closed) return;
    this.#renewing = {};
    void this.#renew(this.#renewing);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#renewing = undefined;
    this.#heard.abort();
    this.#socket.close();
  }

  async #renew(trying: object): Promise<void> {
    while (this.#renewing === trying) {
      const waitMs = Math.min(this.#tries * firstWaitMs, longestWaitMs);
      this.#tries += 1;
      await new Promise<void>((resolve) => this.#options.clock.after(waitMs, resolve));
      if (this.#renewing !== trying) return;
      const next = await this.#tryToOpen();
      if (this.#renewing !== trying) next?.close();
      else if (next) this.#changeTo(next);
      else this.emit("lost", closeError(1006));
    }
  }

  #changeTo(socket: WebSocket): void {
    this.#renewing = undefined;
    this.#heard.abort();
    this.#socket.close();
    this.#use(socket);
    this.emit("renewed", undefined);
  }

  async #tryToOpen(): Promise<WebSocket | undefined> {
    const { clock, open } = this.#options;
    try {
      const socket = await open();
      await new Promise<unknown>((resolve) => {
        clock.after(openWithinMs, () => {
          resolve(undefined);
        });
        socket.addEventListener("open", resolve);
        socket.addEventListener("close", resolve);
      });
      if (socket.readyState === socket.OPEN) return socket;
      socket.close();
    } catch {
      // no network, no token for now: the next try may have them
    }
    return undefined;
  }

  #use(socket: WebSocket): void {
    this.#socket = socket;
    this.#heard = new AbortController();
    socket.binaryType = "arraybuffer";
    const { signal } = this.#heard;
    socket.addEventListener(
      "message",
      ({ data }: MessageEvent<unknown>) => {
        this.#tries = 0;
        if (typeof data === "string") this.emit("frame", data);
        else if (data instanceof ArrayBuffer) this.emit("bytes", new Uint8Array(data));
      },
      { signal },
    );
    // An `error` event says nothing that the `close` event after it does not.
    socket.addEventListener(
      "close",
      ({ code }) => {
        this.#heard.abort();
        if (!this.#renewing) this.emit("lost", closeError(code));
      },
      { signal, once: true },
    );
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
