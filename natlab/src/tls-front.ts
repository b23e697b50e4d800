import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { Duplex } from "node:stream";

/**
 * A reverse proxy as people put one before a Node server: it ends TLS, says by `X-Forwarded-For` who
 * asks, and lets WebSockets through.
 */
export class TlsFront {
  readonly #server: https.Server;
  readonly #portOf: (name: string) => number | undefined;
  readonly #through = new Set<Duplex>();

  /** @param portOf of the server on this host's loopback that has the name which the browser asks for */
  constructor(certificate: https.ServerOptions, portOf: (name: string) => number | undefined) {
    this.#portOf = portOf;
    this.#server = https.createServer(certificate);
    this.#server.on("request", (request, response) => {
      this.#pass(request, response);
    });
    this.#server.on("upgrade", (request, socket, head) => {
      this.#join(request, socket, head);
    });
    this.#server.on("tlsClientError", () => undefined); // a browser's speculative connection
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port);
    await once(this.#server, "listening");
  }

  /** Every WebSocket breaks. */
  cut(): void {
    for (const socket of this.#through) socket.destroy();
  }

  #pass(request: http.IncomingMessage, response: http.ServerResponse): void {
    const port = this.#portOf(request.headers.host ?? "");
    const { method, url: path } = request;
    const asked = http.request({
      host: "127.0.0.1",
      port,
      method,
      path,
      headers: forwarded(request),
    });
    asked.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    // A browser that goes away in the middle of something is everyday life.
    asked.on("error", () => response.destroy());
    request.pipe(asked);
  }

  #join(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    const port = this.#portOf(request.headers.host ?? "");
    if (port === undefined) {
      socket.destroy();
      return;
    }
    const server = net.connect({ port, host: "127.0.0.1", noDelay: true });
    this.#through.add(socket);
    socket.on("close", () => {
      this.#through.delete(socket);
      server.destroy();
    });
    server.on("close", () => socket.destroy());
    socket.on("error", () => server.destroy());
    server.on("error", () => socket.destroy());
    const lines = Object.entries(forwarded(request)).map(
      ([name, value]) => `${name}: ${String(value)}`,
    );
    server.write([`GET ${request.url ?? "/"} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
    server.write(head);
    socket.pipe(server).pipe(socket);
  }
}

function forwarded({ headers, socket }: http.IncomingMessage): http.OutgoingHttpHeaders {
  return { ...headers, "x-forwarded-for": socket.remoteAddress };
}
