import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { decodeMessage, type encodeRequest, type StunMessage } from "./stun-message.ts";

const tries = 3;
const answerWithinMs = 300;

/** A UDP socket that asks STUN and TURN servers, each question three times at most. */
export class StunSocket {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, (message: StunMessage) => void>();
  #stranger: (() => void) | undefined;

  static async open(): Promise<StunSocket> {
    const socket = createSocket("udp4");
    socket.bind(0);
    await once(socket, "listening");
    return new StunSocket(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (bytes) => {
      const message = decodeMessage(bytes);
      if (message) this.#waiting.get(message.transaction)?.(message);
      else this.#stranger?.();
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(bytes: Buffer | string, host: string, port: number): void {
    this.#socket.send(bytes, port, host);
  }

  /** Undefined when nothing answers. */
  async ask(
    { bytes, transaction }: ReturnType<typeof encodeRequest>,
    host: string,
    port: number,
  ): Promise<StunMessage | undefined> {
    const answer = new Promise<StunMessage>((resolve) => this.#waiting.set(transaction, resolve));
    try {
      for (let tried = 0; tried < tries; tried += 1) {
        this.send(bytes, host, port);
        const message = await within(answer, answerWithinMs);
        if (message) return message;
      }
      return undefined;
    } finally {
      this.#waiting.delete(transaction);
    }
  }

  /** Whether something that is no STUN message comes. */
  async hearsOther(): Promise<boolean> {
    const heard = new Promise<true>((resolve) => {
      this.#stranger = () => {
        resolve(true);
      };
    });
    return (await within(heard, answerWithinMs)) ?? false;
  }

  close(): void {
    this.#socket.close();
  }
}

function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
    }, ms);
    void promise.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
