import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parseClientMessage, type ClientMessage, type ServerMessage } from "@metered/llmrtc-core";
import { build } from "esbuild";
import { WebSocketServer, type WebSocket } from "ws";
import { AgentPeer } from "./agent-peer.ts";

export interface AgentServerOptions {
  /** Absent: a v1 server, which sends every message on both channels and knows no trickle. */
  readonly features?: readonly string[];
}

/** Serves a page that holds the client, and calls one made of werift. */
export class AgentServer {
  readonly received: ClientMessage[] = [];
  readonly calls: AgentCall[] = [];
  readonly #http: Server;
  readonly #sockets: WebSocketServer;

  private constructor(http: Server, options: AgentServerOptions) {
    this.#http = http;
    this.#sockets = new WebSocketServer({ server: http });
    this.#sockets.on("connection", (socket) => {
      this.calls.push(new AgentCall(socket, options, this.received, `s${this.calls.length}`));
    });
  }

  static async start(options: AgentServerOptions = {}): Promise<AgentServer> {
    const script = await clientScript();
    const http = createServer((request, response) => {
      const isScript = request.url === "/client.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? script : page);
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    return new AgentServer(http, options);
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** The newest call. */
  get call(): AgentCall {
    const call = this.calls.at(-1);
    if (!call) throw new Error("nobody has called");
    return call;
  }

  sent(type: ClientMessage["type"]): ClientMessage[] {
    return this.received.filter((message) => message.type === type);
  }

  async close(): Promise<void> {
    for (const call of this.calls) await call.close();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

export class AgentCall {
  readonly peer = new AgentPeer();
  readonly #socket: WebSocket;
  readonly #features: readonly string[] | undefined;
  #taken: Promise<void> = Promise.resolve();

  constructor(
    socket: WebSocket,
    { features }: AgentServerOptions,
    received: ClientMessage[],
    id: string,
  ) {
    this.#socket = socket;
    this.#features = features;
    socket.on("message", (data: Buffer) => {
      const message = parseClientMessage(data.toString());
      received.push(message);
      // In order, as werift refuses candidates of an offer that it has not yet read.
      this.#taken = this.#taken.then(() => this.#take(message, id));
    });
    const ready: ServerMessage = { type: "ready", id, protocolVersion: 1, iceServers: [] };
    this.#onSocket(features ? { ...ready, features: [...features] } : ready);
  }

  /** One message of the conversation, on the channels that such a server uses. */
  tell(message: ServerMessage): void {
    const { channel } = this.peer;
    const open = channel?.readyState === "open";
    if (open) channel.send(JSON.stringify(message));
    if (!open || !this.#features?.includes("one-channel")) this.#onSocket(message);
  }

  cutSocket(): void {
    this.#socket.terminate();
  }

  async close(): Promise<void> {
    this.#socket.terminate();
    await this.peer.close();
  }

  async #take(message: ClientMessage, id: string): Promise<void> {
    switch (message.type) {
      case "offer": {
        const trickle = this.#features?.includes("trickle") === true;
        const sdp = await this.peer.answer(
          message.signal.sdp,
          trickle
            ? (candidate) => {
                this.#onSocket({ type: "candidate", candidate });
              }
            : undefined,
        );
        this.#onSocket({ type: "signal", signal: { type: "answer", sdp } });
        return;
      }
      case "candidate":
        if (message.candidate) await this.peer.take(message.candidate);
        return;
      case "ping":
        this.#onSocket({ type: "pong", timestamp: message.timestamp });
        return;
      case "reconnect":
        this.#onSocket({
          type: "reconnect-ack",
          success: true,
          sessionId: message.sessionId,
          historyRecovered: true,
        });
        return;
      case "text":
        this.tell({ type: "llm", text: `You wrote ${message.text} in ${id}.` });
        return;
      default:
    }
  }

  #onSocket(message: ServerMessage): void {
    this.#socket.send(JSON.stringify(message));
  }
}

/** `#untouched`: starts by itself, as nobody has touched the page, and says on the console how it went. */
const page = `<!doctype html><title>client</title><script type="module">
import * as LLMRTC from "/client.js";
globalThis.LLMRTC = LLMRTC;
if (location.hash === "#untouched") {
  globalThis.client = new LLMRTC.LLMRTCWebClient({ signallingUrl: "ws://" + location.host });
  client.on("playbackBlocked", async ({ code }) => {
    const again = await client.resumePlayback().catch((error) => error.code);
    console.log("blocked", code, again);
  });
  client.on("playbackStarted", () => console.log("started"));
  document.getElementById("gesture").onclick = () => client.resumePlayback();
  void client.start();
}
document.title = "loaded";
</script><button id="gesture">gesture</button>`;

async function clientScript(): Promise<Uint8Array> {
  const result = await build({
    entryPoints: ["@metered/llmrtc-web-client"],
    absWorkingDir: import.meta.dirname,
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
  });
  return result.outputFiles[0]?.contents ?? new Uint8Array();
}
