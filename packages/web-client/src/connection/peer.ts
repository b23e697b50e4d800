import {
  Emitter,
  type ClientMessage,
  type ConnectionReason,
  type Logger,
} from "@metered/llmrtc-core";
import type { Environment } from "../environment.ts";
import type { ConnectionReport } from "../events.ts";
import { DataChannel } from "./data-channel.ts";
import { Evidence } from "./evidence.ts";
import { giveIceServers } from "./give-ice-servers.ts";
import { Negotiation } from "./negotiation.ts";
import { Path } from "./path.ts";
import { selectedPair } from "./selected-pair.ts";
import { SoundQuality } from "./sound-quality.ts";

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
  readonly #channel: DataChannel;
  readonly #audio: RTCRtpTransceiver;
  /** Takes the server's answers and candidates. */
  readonly negotiation: Negotiation;
  readonly #life = new AbortController();
  readonly #evidence: Evidence;
  readonly #quality = new SoundQuality();
  readonly #path: Path;

  constructor(options: PeerOptions) {
    super();
    const { environment, iceTransportPolicy, trickle, watch, logger } = options;
    const { signal } = this.#life;
    const connection = giveIceServers(options.iceServers, environment, logger, (iceServers) =>
      environment.createPeer({
        iceServers,
        iceTransportPolicy,
        // Half the candidates and relays; older servers are not asked to.
        ...(trickle && { bundlePolicy: "max-bundle" }),
      }),
    );
    const failed = (why: string): void => {
      this.#lose(why);
    };
    this.#options = options;
    this.#connection = connection;
    this.#evidence = new Evidence(connection, signal);
    this.#channel = new DataChannel({
      connection,
      opened: () => {
        this.#path.checkConnected();
      },
      heard: (message) => {
        this.emit("message", message);
      },
      closed: () => {
        this.#lose("The server closed the call.");
      },
      signal,
    });
    this.#audio = connection.addTransceiver("audio", {
      direction: "sendrecv",
      streams: [environment.createStream()],
    });
    this.negotiation = new Negotiation({
      ...options,
      connection,
      numbered: watch,
      answered: () => {
        this.#path.answered();
      },
      failed,
      signal,
    });
    this.#path = new Path({
      ...options,
      connection,
      receiver: this.#audio.receiver,
      channel: this.#channel,
      negotiation: this.negotiation,
      connected: () => {
        this.#evidence.connected();
        this.emit("connected", undefined);
      },
      interrupted: () => {
        this.emit("interrupted", undefined);
      },
      failed,
      signal,
    });
    connection.addEventListener(
      "track",
      ({ track, streams }) => {
        this.emit("track", streams[0] ?? environment.createStream(track));
      },
      { signal },
    );
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
    this.#path.doubt();
  }

  /** There is another socket: what was said on the one before may be lost. */
  sayAgain(): void {
    this.#path.sayAgain();
  }

  /** Fresh credentials: the next restart of ICE uses them, the path there is stays as it is. */
  setIceServers(iceServers: readonly RTCIceServer[]): void {
    const { environment, logger } = this.#options;
    try {
      const configuration = this.#connection.getConfiguration();
      giveIceServers(iceServers, environment, logger, (taken) => {
        this.#connection.setConfiguration({ ...configuration, iceServers: taken });
      });
    } catch {
      logger.warn({}, "The browser did not take the new ICE servers"); // the path there is stays
    }
  }

  /** Sends on the data channel. False when it is not open, full, or the message too long for it. */
  sendMessage(message: string): boolean {
    return this.#channel.send(message);
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
    this.#channel.close();
    this.#connection.close();
  }

  #lose(why: string): void {
    if (this.#life.signal.aborted) return;
    this.close();
    this.emit("lost", why);
  }
}
