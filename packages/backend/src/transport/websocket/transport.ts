import {
  type AudioCodec,
  decodeAudioFrame,
  Emitter,
  type Logger,
  type Pcm,
  silentLogger,
} from "@metered/llmrtc-core";
import type { WebSocket } from "ws";
import { opusVoice, pcmVoice } from "../../media/voice-codec.ts";
import { VoiceReceiver } from "../../media/voice-receiver.ts";
import { defaultPathTimes, newPath, type PathTimes, watchPath } from "../path-watch.ts";
import type { Transport, TransportEnd, TransportEvents } from "../transport.ts";
import { SocketSpeaker } from "./speaker.ts";

export interface WebSocketTransportOptions {
  readonly codec: AudioCodec;
  /** When a silent path counts as lost; tests shorten it. */
  readonly times?: Partial<PathTimes>;
  readonly logger?: Logger;
}

/** 500 ms of sound with its headers. */
const mostUnsentBytes: Readonly<Record<AudioCodec, number>> = { opus: 2_500, pcm: 17_000 };
/** The system's buffers hold more than `bufferedAmount` tells: an old ping says how much. */
const latePingMs = 1_500;
const lookEveryMs = 1_000;

/**
 * A caller whose sound goes over the signalling socket, which stays the connection's: text on it is
 * none of this transport's, and closing this leaves it open.
 *
 * @param socket open
 */
export function openWebSocketTransport(
  socket: WebSocket,
  options: WebSocketTransportOptions,
): Transport {
  return new SocketTransport(socket, options);
}

class SocketTransport extends Emitter<TransportEvents> implements Transport {
  readonly kind = "websocket";
  readonly #socket: WebSocket;
  readonly #codec: AudioCodec;
  readonly #logger: Logger;
  readonly #times: PathTimes;
  readonly #voice: VoiceReceiver;
  readonly #speaker: SocketSpeaker;
  readonly #watch: NodeJS.Timeout;
  #path = newPath(performance.now());
  #received = 0;
  #pings = 0;
  #pongs = 0;
  #pingedAt = 0;
  #ended = false;

  constructor(socket: WebSocket, { codec, times, logger }: WebSocketTransportOptions) {
    super();
    this.#socket = socket;
    this.#codec = codec;
    this.#logger = logger ?? silentLogger;
    this.#times = { ...defaultPathTimes, ...times };
    this.#speaker = new SocketSpeaker(codec);
    const onStart = (): void => {
      this.emit("microphone-started", undefined);
    };
    this.#voice = new VoiceReceiver(onStart, codec === "opus" ? opusVoice : pcmVoice);
    socket.on("message", this.#onMessage);
    socket.on("pong", this.#onPong);
    socket.on("close", this.#onClose);
    this.#watch = setInterval(() => {
      this.#look();
    }, lookEveryMs);
    queueMicrotask(() => {
      this.#look(); // `connected`, once there are listeners
    });
  }

  get microphone(): AsyncIterable<Pcm> {
    return this.#voice.frames;
  }

  sendFrame(frame: Pcm | undefined): void {
    if (this.#ended || this.#socket.readyState !== this.#socket.OPEN || this.#congested) {
      this.#speaker.drop(frame);
      return;
    }
    const bytes = this.#speaker.next(frame);
    if (bytes) this.#socket.send(bytes);
  }

  /** There is no channel beside the socket. */
  sendMessage(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.#end("closed");
  }

  get #congested(): boolean {
    if (this.#socket.bufferedAmount > mostUnsentBytes[this.#codec]) return true;
    // A proxy that swallows pings says nothing about the network.
    return this.#pinging && this.#pongs > 0 && performance.now() - this.#pingedAt > latePingMs;
  }

  get #pinging(): boolean {
    return this.#pings > this.#pongs;
  }

  #receive(bytes: Uint8Array): void {
    try {
      const { codec, sequence, timestamp, payload } = decodeAudioFrame(bytes);
      if (codec !== this.#codec) this.emit("invalid", `binary frame that is not ${this.#codec}`);
      else this.#voice.receive({ sequence, timestamp, ssrc: 0, payload });
    } catch {
      this.emit("invalid", "binary frame that is no sound");
    }
  }

  #look(): void {
    if (this.#ended) return;
    const now = performance.now();
    const before = this.#path.phase;
    const sample = { usable: true, received: this.#received };
    this.#path = watchPath(this.#path, sample, now, this.#times);
    if (!this.#pinging && this.#socket.readyState === this.#socket.OPEN) {
      this.#pings += 1;
      this.#pingedAt = now;
      this.#socket.ping();
    }
    const { phase } = this.#path;
    if (phase === before) return;
    this.#logger.debug({ phase }, "path to the caller changed");
    if (phase === "gone") this.#end("failed");
    else if (phase !== "connecting") this.emit(phase, undefined);
  }

  #end(reason: TransportEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#watch);
    this.#socket.off("message", this.#onMessage);
    this.#socket.off("pong", this.#onPong);
    this.#socket.off("close", this.#onClose);
    this.#voice.close();
    this.emit("end", reason);
  }

  readonly #onMessage = (data: unknown, isBinary: boolean): void => {
    this.#received += 1;
    if (isBinary) this.#receive(data as Buffer);
  };

  readonly #onPong = (): void => {
    this.#received += 1;
    this.#pongs = this.#pings;
  };

  readonly #onClose = (): void => {
    this.#end("remote-closed");
  };
}
