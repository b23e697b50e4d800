import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  type AudioCodec,
  bytesFromPcm,
  decodeAudioFrame,
  encodeAudioFrame,
  PcmReader,
} from "@metered/llmrtc-core";
import { WebSocket, WebSocketServer } from "ws";
import { SpeechDecoder, SpeechEncoder } from "../src/media/opus.ts";
import type { Transport } from "../src/transport/transport.ts";
import {
  openWebSocketTransport,
  type WebSocketTransportOptions,
} from "../src/transport/websocket/transport.ts";
import { isLoud, type TestCaller, tone } from "./transport-contract.ts";

/** A client with a socket in this process; `wrap` puts something between it and the test. */
export class WebSocketCaller implements TestCaller {
  readonly transport: Transport;
  readonly socket: WebSocket;
  /** The server's end. */
  readonly serverSocket: WebSocket;
  /** Time of each frame that came, in ms of call time. */
  readonly times: number[] = [];
  readonly #server: WebSocketServer;
  readonly #codec: AudioCodec;
  readonly #encoder = new SpeechEncoder();
  readonly #decoder = new SpeechDecoder();
  #loud = 0;
  #sent = 65_530;
  #timestamp = 0xffff_f000;

  static async connect(
    options: WebSocketTransportOptions,
    wrap: (transport: Transport) => Transport = (transport) => transport,
  ): Promise<WebSocketCaller> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    const accepted = once(server, "connection") as Promise<[WebSocket]>;
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [serverSocket] = await accepted;
    const transport = wrap(openWebSocketTransport(serverSocket, options));
    await once(socket, "open");
    return new WebSocketCaller(server, socket, serverSocket, transport, options.codec);
  }

  private constructor(
    server: WebSocketServer,
    socket: WebSocket,
    serverSocket: WebSocket,
    transport: Transport,
    codec: AudioCodec,
  ) {
    this.#server = server;
    this.socket = socket;
    this.serverSocket = serverSocket;
    this.transport = transport;
    this.#codec = codec;
    socket.on("message", (data: Buffer) => {
      const { timestamp, payload } = decodeAudioFrame(data);
      this.times.push(timestamp / 48);
      const pcm = codec === "opus" ? this.#decoder.decode(payload) : new PcmReader().push(payload);
      if (pcm && isLoud(pcm)) this.#loud += pcm.length / 16;
    });
  }

  async speak(ms: number): Promise<void> {
    const startedAt = performance.now();
    for (let sent = 0; sent < ms; sent += 20) {
      this.#sendFrame();
      const dueIn = startedAt + sent + 20 - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueIn)));
    }
  }

  heardMs(): number {
    return this.#loud;
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  async hangUp(): Promise<void> {
    this.socket.close();
  }

  async vanish(): Promise<void> {
    this.socket.pause();
  }

  async close(): Promise<void> {
    await this.transport.close();
    this.socket.terminate();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #sendFrame(): void {
    const payload =
      this.#codec === "opus"
        ? this.#encoder.encode(tone(20, 24_000))
        : bytesFromPcm(tone(20, 16_000));
    const sequence = this.#sent++ & 0xffff;
    const timestamp = this.#timestamp;
    this.#timestamp = (timestamp + 960) >>> 0;
    this.socket.send(encodeAudioFrame({ codec: this.#codec, sequence, timestamp, payload }));
  }
}
