import {
  type AudioCodec,
  type CandidateInit,
  Emitter,
  type IceServer,
  LLMRTCError,
  type Logger,
} from "@metered/llmrtc-core";
import type { WebSocket } from "ws";
import { Line } from "../transport/line.ts";
import type { Transport } from "../transport/transport.ts";
import type { WebRtcTransport } from "../transport/webrtc/transport.ts";
import { openWebSocketTransport } from "../transport/websocket/transport.ts";

export type WaysEvents = {
  /** One of the peer's candidates, for the client. */
  candidate: CandidateInit | null;
  /** A frame from the client's data channel. */
  message: string;
  /** The client sent sound that is none; says what. */
  invalid: string;
  /** Another way is there, or on its way. */
  way: Transport;
  /** The call goes over this from now on. */
  line: Transport;
  /** The peer connection is over. */
  "peer-ended": undefined;
};

export interface WaysOptions {
  readonly openTransport: (iceServers: readonly IceServer[]) => Promise<WebRtcTransport>;
  readonly logger: Logger;
}

const maxEarlyCandidates = 64;

/** The ways of one call's sound: a peer connection, the socket, or one after the other. */
export class Ways extends Emitter<WaysEvents> {
  readonly #options: WaysOptions;
  readonly #earlyCandidates: (CandidateInit | null)[] = [];
  #iceServers: readonly IceServer[] = [];
  #peer: WebRtcTransport | undefined;
  /** While sound goes over the socket. */
  #audio: Transport | undefined;
  /** What the session sees of both. */
  #line: Line | undefined;
  #closed = false;

  constructor(options: WaysOptions) {
    super();
    this.#options = options;
  }

  /** There is a peer connection, whether its path is silent or not. */
  get hasPeer(): boolean {
    return this.#peer !== undefined;
  }

  /** For peers to come, and for the next ICE restart of the one that is there. */
  set iceServers(iceServers: readonly IceServer[]) {
    this.#iceServers = iceServers;
    this.#peer?.setIceServers(iceServers);
  }

  /**
   * Answers an offer.
   *
   * @param fresh of a new peer connection, which takes the place of the one before
   * @returns the answer, and what to call when it has been sent
   */
  async accept(
    sdp: string,
    { fresh, trickle }: { readonly fresh: boolean; readonly trickle: boolean },
  ): Promise<{ readonly answer: string; readonly sent: () => void }> {
    const before = this.#peer;
    const transport = before && !fresh ? before : await this.#openPeer();
    if (before !== transport) await before?.close();
    const answer = await transport.acceptOffer(sdp, { trickle });
    const sent = (): void => {
      for (const candidate of this.#earlyCandidates.splice(0)) transport.addCandidate(candidate);
    };
    return { answer, sent };
  }

  addCandidate(candidate: CandidateInit | null): void {
    if (this.#peer) this.#peer.addCandidate(candidate);
    else if (this.#earlyCandidates.length < maxEarlyCandidates)
      this.#earlyCandidates.push(candidate);
  }

  /** Sound comes and goes as binary frames on `socket` from now on. */
  async startAudio(socket: WebSocket, codec: AudioCodec): Promise<void> {
    const before = this.#audio;
    const audio = openWebSocketTransport(socket, { codec, logger: this.#options.logger });
    this.#audio = audio;
    audio.on("invalid", (why) => {
      this.emit("invalid", why);
    });
    audio.on("end", () => {
      if (this.#audio === audio) this.#audio = undefined;
    });
    this.#carryBy(audio);
    await before?.close();
  }

  async stopAudio(): Promise<void> {
    await this.#audio?.close();
  }

  get hasAudio(): boolean {
    return this.#audio !== undefined;
  }

  /** On the data channel. False when there is none that is open. */
  sendMessage(frame: string): boolean {
    return this.#line?.sendMessage(frame) ?? false;
  }

  /** A peer that is being opened is closed as soon as it is there; who has the line closes the others. */
  close(): void {
    this.#closed = true;
  }

  async #openPeer(): Promise<WebRtcTransport> {
    const transport = await this.#options.openTransport(this.#iceServers);
    if (this.#closed) {
      await transport.close();
      throw new LLMRTCError("CLOSED", "The connection is closed");
    }
    this.#peer = transport;
    transport.on("candidate", (candidate) => {
      if (this.#peer === transport) this.emit("candidate", candidate);
    });
    transport.on("message", (frame) => {
      this.emit("message", frame);
    });
    transport.on("end", () => {
      if (this.#peer !== transport) return;
      this.#peer = undefined;
      this.emit("peer-ended", undefined);
    });
    this.#carryBy(transport);
    return transport;
  }

  /** The call goes on, or begins, over another way. */
  #carryBy(way: Transport): void {
    this.emit("way", way);
    if (this.#line) {
      this.#line.add(way);
      return;
    }
    const line = new Line();
    this.#line = line;
    line.on("end", () => {
      if (this.#line === line) this.#line = undefined;
    });
    line.add(way);
    this.emit("line", line);
  }
}
