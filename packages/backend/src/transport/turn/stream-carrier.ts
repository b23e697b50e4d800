import { once } from "node:events";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { TurnServer } from "../webrtc/ice-servers.ts";
import type { TurnCarrier } from "./carrier.ts";
import { padFrame, splitStream } from "./frames.ts";

/** What may wait to be sent, in bytes: ten seconds of sound. More is late, and lost, as on any network. */
const mostWaiting = 64 * 1024;

/**
 * Connects to a TURN server over TCP or TLS.
 *
 * @param address the server's IP address
 * @throws the socket's error, such as a certificate that is not to be trusted, or the signal's reason
 */
export async function openStreamCarrier(
  server: TurnServer,
  address: string,
  signal: AbortSignal,
): Promise<TurnCarrier> {
  signal.throwIfAborted();
  const { port } = server;
  const isTls = server.transport === "tls";
  // Without a name the certificate has to be made out to the address.
  const named = isIP(server.host) === 0 ? { servername: server.host } : {};
  const socket = isTls
    ? connectTls({ host: address, port, ...named })
    : connectTcp({ host: address, port });
  const carrier = new StreamCarrier(socket);
  try {
    await once(socket, isTls ? "secureConnect" : "connect", { signal });
  } catch (error) {
    await carrier.close();
    throw signal.aborted ? signal.reason : error;
  }
  return carrier;
}

class StreamCarrier implements TurnCarrier {
  readonly reliable = true;
  onFrame: TurnCarrier["onFrame"] = () => undefined;
  readonly #socket: Socket;
  readonly #ended = new AbortController();
  #pending: Buffer = Buffer.alloc(0);
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true); // a frame of sound does not wait for the next one
    socket.on("data", (bytes) => {
      this.#take(bytes);
    });
    socket.on("error", (error) => {
      this.#end(error);
    });
    for (const event of ["end", "close"]) {
      socket.on(event, () => {
        this.#end(new Error("the TURN server closed the connection"));
      });
    }
  }

  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  send(frame: Buffer): void {
    if (this.#closed || this.#socket.writableLength > mostWaiting) return;
    this.#socket.write(padFrame(frame));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    for (const frame of this.#split(bytes)) {
      if (this.#closed) return;
      this.onFrame(frame);
    }
  }

  #split(bytes: Buffer): readonly Buffer[] {
    try {
      const { frames, rest } = splitStream(Buffer.concat([this.#pending, bytes]));
      this.#pending = rest;
      return frames;
    } catch (error) {
      this.#end(error as Error);
      return [];
    }
  }

  #end(why: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    this.#ended.abort(why);
  }
}
