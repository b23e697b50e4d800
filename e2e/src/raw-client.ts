import { connect, type Socket } from "node:net";
import { WebSocket } from "ws";

/** What came of something that was sent. */
export type Answer =
  | { readonly type: "message"; readonly message: Record<string, unknown> }
  /** Closed by the server, with a WebSocket code (RFC 6455, section 7.4). */
  | { readonly type: "closed"; readonly code: number };

/** A client that says whatever it likes. */
export class RawClient {
  readonly #socket: WebSocket;
  readonly #answers: Answer[] = [];
  #wake: (() => void) | undefined;

  /** Connects and waits for `ready`. */
  static async connect(url: string): Promise<RawClient> {
    const client = new RawClient(new WebSocket(url));
    await client.answer("ready");
    return client;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    const note = (answer: Answer): void => {
      this.#answers.push(answer);
      this.#wake?.();
    };
    socket.on("message", (data: Buffer) => {
      note({ type: "message", message: JSON.parse(data.toString()) as Record<string, unknown> });
    });
    socket.on("close", (code) => {
      note({ type: "closed", code });
    });
    socket.on("error", () => undefined); // `close` follows and tells
  }

  send(frame: string | Uint8Array): void {
    this.#socket.send(frame);
  }

  /** The next message of one of these types, or the end. */
  async answer(...types: readonly string[]): Promise<Answer> {
    for (;;) {
      for (let next = this.#answers.shift(); next; next = this.#answers.shift()) {
        if (next.type === "closed" || types.includes(String(next.message["type"]))) return next;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.#socket.terminate();
  }
}

const upgrade = (host: string): string =>
  [
    "GET / HTTP/1.1",
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "\r\n",
  ].join("\r\n");

/**
 * Asks for a WebSocket and sends `bytes` in the same packet, before the server can have answered.
 *
 * @returns the bytes that the server sent until it hung up
 */
export async function upgradeWith(url: string, bytes: Uint8Array): Promise<Buffer> {
  const { hostname, port, host } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  const received: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => received.push(chunk));
  socket.on("error", () => undefined); // `close` follows
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(Buffer.concat([Buffer.from(upgrade(host)), bytes]));
  await closed;
  return Buffer.concat(received);
}
