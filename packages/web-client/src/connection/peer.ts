import {
  Emitter,
  dataChannelLabel,
  type ClientMessage,
  type ConnectionReason,
  type Logger,
} from "@metered/llmrtc-core";
import type { Environment } from "../environment.ts";
import type { ConnectionReport } from "../events.ts";
import { Evidence } from "./evidence.ts";
import { Negotiation } from "./negotiation.ts";
import { PathWatch } from "./path-watch.ts";
import { selectedPair } from "./selected-pair.ts";
import { SoundQuality } from "./sound-quality.ts";

/** A path that has gone silent may come back by itself for this long. */
const graceMs = 2500;
/** A restart of ICE that has not led to a path by then never will. */
const restartWithinMs = 8000;
/** More than this in the data channel's buffer means that the network cannot keep up. */
const bufferLimit = 1 << 20;
/** RFC 8841 section 6.1: what an end accepts that does not say. */
const defaultMessageSize = 65_536;

export type PeerEvents = {
  /** Media and messages can flow; again after each recovery. */
  connected: undefined;
  /** The path broke and ICE is being restarted. */
  interrupted: undefined;
  /** A text message from the server's data channel. */
  message: string;
  track: MediaStream;
  /** The last event, unless `close` was called: why there is no connection any more. */
  lost: string;
};

export type Measured = Pick<ConnectionReport, "relayed" | "pair" | "lossPct" | "jitterMs">;

export interface PeerOptions {
  readonly environment: Environment;
  readonly iceServers: readonly RTCIceServer[];
  readonly iceTransportPolicy: RTCIceTransportPolicy;
  /** Whether the server takes candidates one by one. */
  readonly trickle: boolean;
  /** The server's sound never pauses, so that silence means a broken path. */
  readonly watch: boolean;
  /** The network may be another; so the socket's too. */
  readonly doubt?: () => void;
  /** The server has, or had, another peer on the same socket, which this one replaces. */
  readonly fresh: boolean;
  readonly send: (message: ClientMessage) => void;
  readonly logger: Logger;
}

/**
 * The WebRTC half of a connection: one audio line both ways, one data channel, and the offers that
 * make them. Only this end offers, so there is no glare. The microphone comes and goes by
 * `replaceTrack`, which needs no offer.
 */
export class Peer extends Emitter<PeerEvents> {
  readonly #options: PeerOptions;
  readonly #connection: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #audio: RTCRtpTransceiver;
  /** Takes the server's answers and candidates. */
  readonly negotiation: Negotiation;
  readonly #life = new AbortController();
  readonly #evidence: Evidence;
  readonly #quality = new SoundQuality();
  #watch: PathWatch | undefined;
  #restarting = false;
  #everConnected = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: PeerOptions) {
    super();
    const { environment, iceServers, iceTransportPolicy, watch } = options;
    this.#options = options;
    this.#connection = environment.createPeer({
      iceServers: [...iceServers],
      iceTransportPolicy,
    });
    this.#evidence = new Evidence(this.#connection, this.#life.signal);
    this.#channel = this.#connection.createDataChannel(dataChannelLabel, { ordered: true });
    this.#audio = this.#connection.addTransceiver("audio", {
      direction: "sendrecv",
      streams: [environment.createStream()],
    });
    this.negotiation = new Negotiation({
      ...options,
      connection: this.#connection,
      numbered: watch,
      signal: this.#life.signal,
      answered: () => {
        this.#watch?.note({ type: "answered" });
        // A path that came back by itself meanwhile tells nothing any more.
        this.#checkConnected();
      },
      failed: (why) => {
        this.#lose(why);
      },
    });
    this.#listen();
  }

  get iceServers(): readonly RTCIceServer[] {
    return this.#connection.getConfiguration().iceServers ?? [];
  }

  /** Sends the offer; `connected` or `lost` follows. */
  connect(): Promise<void> {
    return this.negotiation.offer();
  }

  /** The sound to send; null for none. */
  setTrack(track: MediaStreamTrack | null): void {
    this.#audio.sender.replaceTrack(track).catch((error: unknown) => {
      if (this.#life.signal.aborted) return;
      this.#options.logger.warn({ error }, "The browser did not take the microphone");
    });
  }

  /** The network may be another. */
  doubt(): void {
    if (!this.#watch?.knows) return;
    this.#watch.note({ type: "doubted" });
    this.#options.doubt?.();
  }

  /** There is another socket: what was said on the one before may be lost. */
  sayAgain(): void {
    const isWaiting = this.#restarting || this.negotiation.offering;
    if (isWaiting && !this.negotiation.sayAgain()) this.#restart();
  }

  /** Fresh credentials: the next restart of ICE uses them, the path there is stays as it is. */
  setIceServers(iceServers: readonly RTCIceServer[]): void {
    try {
      const configuration = this.#connection.getConfiguration();
      this.#connection.setConfiguration({ ...configuration, iceServers: [...iceServers] });
    } catch (error) {
      this.#options.logger.warn({ error }, "The browser did not take the new ICE servers");
    }
  }

  /** Sends on the data channel. False when it is not open, full, or the message too long for it. */
  sendMessage(message: string): boolean {
    if (this.#channel.readyState !== "open") return false;
    const limit = this.#connection.sctp?.maxMessageSize ?? defaultMessageSize;
    if (new TextEncoder().encode(message).length > limit) return false;
    if (this.#channel.bufferedAmount > bufferLimit) return false;
    this.#channel.send(message);
    return true;
  }

  /** RTP timestamp of the sound that last left the jitter buffer; null when nothing is played. */
  get playedPosition(): number | null {
    return this.#audio.receiver.getSynchronizationSources()[0]?.rtpTimestamp ?? null;
  }

  /** Which addresses sound goes between, and how well it arrives; without what the browser does not say. */
  async measure(): Promise<Measured> {
    try {
      const stats = await this.#connection.getStats();
      const pair = selectedPair(stats);
      const quality = this.#quality.look(stats);
      if (!pair) return quality;
      return { relayed: pair.local === "relay" || pair.remote === "relay", pair, ...quality };
    } catch {
      return {}; // closed meanwhile
    }
  }

  /** Why it is not connected, or is no more. */
  get reason(): ConnectionReason {
    return this.#evidence.reason;
  }

  close(): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    this.#clearTimer();
    this.#channel.close();
    this.#connection.close();
  }

  #listen(): void {
    const { signal } = this.#life;
    const { createStream } = this.#options.environment;
    const connection = this.#connection;
    connection.addEventListener(
      "track",
      ({ track, streams }) => {
        this.emit("track", streams[0] ?? createStream(track));
      },
      { signal },
    );
    connection.addEventListener(
      "connectionstatechange",
      () => {
        this.#follow();
      },
      { signal },
    );
    this.#channel.addEventListener(
      "open",
      () => {
        this.#checkConnected();
      },
      { signal },
    );
    this.#channel.addEventListener(
      "message",
      ({ data }: MessageEvent<unknown>) => {
        if (typeof data === "string") this.emit("message", data);
      },
      { signal },
    );
    this.#channel.addEventListener(
      "close",
      () => {
        this.#lose("The server closed the call.");
      },
      { signal },
    );
  }

  /** What a watched path is like its sound tells, sooner than the browser. */
  #follow(): void {
    const watched = this.#watch?.knows;
    const { offering } = this.negotiation;
    switch (this.#connection.connectionState) {
      case "connected":
        this.#checkConnected();
        return;
      case "disconnected":
        if (watched) this.doubt();
        else if (!this.#restarting) {
          this.#setTimer(graceMs, () => {
            this.#restart();
          });
        }
        return;
      case "failed":
        if (!this.#restarting || (watched && !offering)) this.#restart();
        else if (!offering) this.#lose("No network path to the server was found.");
        return;
      case "closed":
        this.#lose("The call was closed.");
        return;
      default:
    }
  }

  /** Media and messages both. */
  #checkConnected(): void {
    if (this.#connection.connectionState !== "connected") return;
    if (this.#channel.readyState !== "open") return;
    if (this.#restarting && this.#watch?.knows) return;
    this.#clearTimer();
    this.#restarting = false;
    this.#everConnected = true;
    this.#evidence.connected();
    if (this.#options.watch) this.#watch ??= this.#openWatch();
    this.emit("connected", undefined);
  }

  #openWatch(): PathWatch {
    return new PathWatch({
      clock: this.#options.environment.clock,
      receiver: this.#audio.receiver,
      signal: this.#life.signal,
      looked: (verdict, flows) => {
        if (flows && this.#restarting && this.#connection.connectionState !== "failed") {
          this.#restarting = false; // over the new path, or over the old one, which is as good
          this.emit("connected", undefined);
        }
        if (verdict === "hopeless") {
          this.#lose("The network path broke and no other was found.");
        } else if (verdict !== "well") {
          this.#options.doubt?.();
          if (verdict === "restart") this.#restart();
        }
      },
    });
  }

  /** Looks for another path with the same session, tracks and channel. */
  #restart(): void {
    if (!this.#everConnected) {
      this.#lose("No network path to the server was found.");
      return;
    }
    if (this.#watch?.knows) this.#watch.note({ type: "restarted" });
    else if (this.#restarting) return;
    else {
      this.#setTimer(restartWithinMs, () => {
        this.#lose("The network path broke and no other was found.");
      });
    }
    if (!this.#restarting) this.emit("interrupted", undefined);
    this.#restarting = true;
    this.#connection.restartIce();
    void this.negotiation.offer();
  }

  #lose(why: string): void {
    if (this.#life.signal.aborted) return;
    this.close();
    this.emit("lost", why);
  }

  #setTimer(ms: number, callback: () => void): void {
    this.#clearTimer();
    this.#cancelTimer = this.#options.environment.clock.after(ms, callback);
  }

  #clearTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
