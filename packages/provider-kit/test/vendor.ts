import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

/** A vendor on this machine: a real HTTP server that keeps what it was asked. */
export class Vendor {
  readonly bodies: unknown[] = [];
  readonly headers: IncomingMessage["headers"][] = [];
  /** Resolves when a client has let go of an unfinished answer. */
  readonly hungUp: Promise<void>;
  readonly #server: Server;
  #port = 0;
  #tellHungUp: () => void = () => undefined;

  private constructor(answer: Answer) {
    this.hungUp = new Promise((resolve) => (this.#tellHungUp = resolve));
    this.#server = createServer((request, response) => {
      response.on("close", () => {
        if (!response.writableFinished) this.#tellHungUp();
      });
      void this.#answer(answer, request, response);
    });
  }

  static async start(answer: Answer): Promise<Vendor> {
    const vendor = new Vendor(answer);
    await new Promise<void>((resolve) => vendor.#server.listen(0, "127.0.0.1", resolve));
    vendor.#port = (vendor.#server.address() as AddressInfo).port;
    return vendor;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(answer: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    this.headers.push(request.headers);
    this.bodies.push(body.startsWith("{") ? (JSON.parse(body) as unknown) : body);
    await answer(response, request);
  }
}

/** Server-sent events, one per object, as chat completions stream them. */
export function streaming(...events: readonly unknown[]): Answer {
  return (response) => {
    response.setHeader("content-type", "text/event-stream");
    for (const event of events) response.write(line(event));
    response.end("data: [DONE]\n\n");
  };
}

export function line(event: unknown): string {
  return `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`;
}

export function refusing(status: number, body: unknown): Answer {
  return (response) => {
    response.statusCode = status;
    response.setHeader("content-type", "application/json");
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

/** One event of a chat completion. */
export function delta(delta: object, finish?: string): object {
  return {
    id: "chat-1",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason: finish ?? null }],
  };
}

export const said = (content: string): object => delta({ content });
export const ended = (finish: string): object => delta({}, finish);

/** A whole chat completion. */
export function completion(message: object, finish = "stop"): object {
  return {
    id: "chat-1",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }],
    usage: { prompt_tokens: 5, completion_tokens: 7 },
  };
}
