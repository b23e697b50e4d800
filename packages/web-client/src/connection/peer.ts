import {
  Emitter,
  dataChannelLabel,
  type CandidateInit,
  type ClientMessage,
  type ConnectionReason,
  type Logger,
  type SelectedPair,
} from "@metered/llmrtc-core";
import type { Environment } from "../environment.ts";
import { Evidence } from "./evidence.ts";
import { gathered } from "./gathering.ts";
import { selectedPair } from "./selected-pair.ts";

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

export interface PeerOptions {
  readonly environment: Environment;
  readonly iceServers: readonly RTCIceServer[];
  readonly iceTransportPolicy: RTCIceTransportPolicy;
  /** Whether the server takes candidates one by one. */
  readonly trickle: boolean;
  /** The server has, or had, another peer on the same socket, which this one replaces. */
  readonly fresh: boolean;
  readonly send: (message: ClientMessage) => void;
  readonly logger: Logger;
}

/**
 * The WebRTC half of a connection: one audio line both ways, one data channel, and the offers that
 * make them. Only this end offers, one offer at a time, so there is no glare. The microphone comes
 * and goes by `replaceTrack`, which needs no offer.
 */
export class Peer extends Emitter<PeerEvents> {
  readonly #options: PeerOptions;
  readonly #connection: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #audio: RTCRtpTransceiver;
  readonly #life = new AbortController();
  readonly #evidence: Evidence;
  /** Server's candidates that came before the answer they belong to. */
  #early: CandidateInit[] = [];
  /** Own candidates that came before their offer was sent. */
  #unsent: (CandidateInit | null)[] | undefined;
  #signals: Promise<void> = Promise.resolve();
  #offering = false;
  #fresh: boolean;
  #restarting = false;
  #everConnected = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: PeerOptions) {
    super();
    const { environment, iceServers, iceTransportPolicy, fresh } = options;
    this.#options = options;
    this.#fresh = fresh;
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
    this.#listen();
  }

  get iceServers(): readonly RTCIceServer[] {
    return this.#connection.getConfiguration().iceServers ?? [];
  }

  /** Sends the offer; `connected` or `lost` follows. */
  connect(): Promise<void> {
    return this.#offer();
  }

  /** The sound to send; null for none. */
  setTrack(track: MediaStreamTrack | null): void {
    this.#audio.sender.replaceTrack(track).catch((error: unknown) => {
      if (this.#life.signal.aborted) return;
      this.#options.logger.warn({ error }, "The browser did not take the microphone");
    });
  }

  /** The server's answer to the last offer. */
  accept(sdp: string): void {
    this.#inOrder(async () => {
      if (this.#connection.signalingState !== "have-local-offer") return;
      await this.#connection.setRemoteDescription({ type: "answer", sdp });
      this.#offering = false;
      for (const candidate of this.#early.splice(0)) await this.#add(candidate);
      // A path that came back by itself meanwhile tells nothing any more.
      this.#checkConnected();
    });
  }

  /** One of the server's candidates, or null after the last. */
  addCandidate(candidate: CandidateInit | null): void {
    if (candidate === null) return; // without it the browser merely waits for late ones a while longer
    this.#inOrder(async () => {
      if (this.#connection.remoteDescription && !this.#offering) await this.#add(candidate);
      else this.#early.push(candidate);
    });
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

  /** Which addresses sound goes between; undefined when the browser does not say. */
  async pair(): Promise<SelectedPair | undefined> {
    try {
      return selectedPair(await this.#connection.getStats());
    } catch {
      return undefined;
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
      "icecandidate",
      ({ candidate }) => {
        this.#trickle(candidate && (candidate.toJSON() as CandidateInit));
      },
      { signal },
    );
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

  #follow(): void {
    switch (this.#connection.connectionState) {
      case "connected":
        this.#checkConnected();
        return;
      case "disconnected":
        if (!this.#restarting) {
          this.#setTimer(graceMs, () => {
            this.#restart();
          });
        }
        return;
      case "failed":
        if (!this.#restarting) this.#restart();
        else if (!this.#offering) this.#lose("No network path to the server was found.");
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
    this.#clearTimer();
    this.#restarting = false;
    this.#everConnected = true;
    this.#evidence.connected();
    this.emit("connected", undefined);
  }

  /** Looks for another path with the same session, tracks and channel. */
  #restart(): void {
    if (!this.#everConnected) {
      this.#lose("No network path to the server was found.");
      return;
    }
    if (this.#restarting) return;
    this.#restarting = true;
    this.#setTimer(restartWithinMs, () => {
      this.#lose("The network path broke and no other was found.");
    });
    this.emit("interrupted", undefined);
    this.#connection.restartIce();
    void this.#offer();
  }

  async #offer(): Promise<void> {
    const { trickle, send, environment } = this.#options;
    const { signal } = this.#life;
    this.#offering = true;
    this.#unsent = [];
    try {
      await this.#connection.setLocalDescription();
      if (!trickle) await gathered(this.#connection, { clock: environment.clock, signal });
      const sdp = this.#connection.localDescription?.sdp;
      if (signal.aborted || sdp === undefined) return;
      const fresh = this.#fresh && { fresh: true };
      this.#fresh = false;
      send({ type: "offer", signal: { type: "offer", sdp }, ...fresh });
      const waiting = this.#unsent;
      this.#unsent = undefined;
      for (const candidate of waiting) this.#trickle(candidate);
    } catch (error) {
      if (signal.aborted) return;
      this.#options.logger.warn({ error }, "The browser made no offer");
      this.#lose("The browser could not make an offer.");
    }
  }

  #trickle(candidate: CandidateInit | null): void {
    if (!this.#options.trickle) return;
    if (this.#unsent) this.#unsent.push(candidate);
    else this.#options.send({ type: "candidate", candidate });
  }

  /** One after the other: a candidate must not overtake the answer that it belongs to. */
  #inOrder(step: () => Promise<void>): void {
    this.#signals = this.#signals.then(step).catch((error: unknown) => {
      if (this.#life.signal.aborted) return;
      this.#options.logger.warn({ error }, "The server's answer was refused");
      this.#lose("The browser refused the server's answer.");
    });
  }

  async #add(candidate: CandidateInit): Promise<void> {
    try {
      await this.#connection.addIceCandidate(candidate as RTCIceCandidateInit);
    } catch (error) {
      // The others may do: a candidate of an unknown kind is no reason to end the call.
      this.#options.logger.debug({ error }, "A candidate of the server was refused");
    }
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
