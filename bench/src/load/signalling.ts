import { features } from "@metered/llmrtc-core";
import { WebSocket } from "ws";

export interface Message {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The server closed the socket. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number, before: string) {
    super(`closed with ${code} before ${before}`);
    this.code = code;
  }
}

const pingEveryMs = 15_000;

/** A caller's socket: JSON messages both ways, binary frames, and the pings that keep it open. */
export class Signalling {
  readonly socket: WebSocket;
  /** What both ends can do beyond protocol v1. */
  features: ReadonlySet<string> = new Set();
  readonly #listeners = new Set<(message: Message) => void>();
  readonly #pings: NodeJS.Timeout;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) return;
      const message = JSON.parse(data.toString()) as Message;
      for (const listener of [...this.#listeners]) listener(message);
    });
    this.#pings = setInterval(() => {
      this.say({ type: "ping", timestamp: Date.now() });
    }, pingEveryMs);
    socket.on("close", () => {
      clearInterval(this.#pings);
    });
    socket.on("error", () => undefined); // `close` follows
  }

  /** Resolves once the server has welcomed the caller. */
  static async open(url: string): Promise<Signalling> {
    const signalling = new Signalling(new WebSocket(url));
    const ready = await signalling.next("ready");
    const announced = ready["features"];
    if (Array.isArray(announced)) {
      signalling.features = new Set(features.filter((name) => announced.includes(name)));
      signalling.say({ type: "hello", features: [...signalling.features] });
    }
    return signalling;
  }

  on(listener: (message: Message) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  next(type: string): Promise<Message> {
    return new Promise((resolve, reject) => {
      const closed = (code: number): void => {
        off();
        reject(new Refusal(code, type));
      };
      const off = this.on((message) => {
        if (message.type !== type) return;
        off();
        this.socket.off("close", closed);
        resolve(message);
      });
      this.socket.once("close", closed);
    });
  }

  say(message: object): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
