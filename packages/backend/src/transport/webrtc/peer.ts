import type { CandidateInit, Logger, MetricsAdapter, SelectedPair } from "@metered/llmrtc-core";
import {
  type RTCCertificate,
  type RTCDataChannel,
  type RTCDtlsTransport,
  RTCPeerConnection,
  type RTCRtpTransceiver,
  type RtpPacket,
  useOPUS,
  useVP8,
} from "werift";
import type { PeerStage } from "../../observe/attempt.ts";
import { IceAgent } from "../ice/agent.ts";
import type { Address } from "../ice/route.ts";
import { keepEarlyDtls } from "./early-dtls.ts";
import { renew, seat } from "./engine-seat.ts";
import { Gathering } from "./gathering.ts";
import type { IceServerList } from "./ice-servers.ts";
import type { Offer } from "./offer.ts";
import { skipHandshakeNumbers } from "./record-numbers.ts";
import type { RemoteCandidate } from "./remote-candidate.ts";
import type { PathAddresses } from "./webrtc-transport.ts";

export interface PeerOptions {
  readonly servers: IceServerList;
  readonly certificate: RTCCertificate;
  readonly hostAddresses: readonly string[];
  readonly callerAddress: string | undefined;
  readonly portRange: readonly [number, number] | undefined;
  readonly logger: Logger;
  readonly metrics: MetricsAdapter;
}

/** What a peer tells its owner. */
export interface PeerListener {
  /** A decrypted RTP packet, once each, however often tracks come and go. */
  rtp(packet: RtpPacket): void;
  channel(channel: RTCDataChannel): void;
  /** A candidate of ours that came after the answer was made. */
  candidate(candidate: CandidateInit): void;
  /** Something about the path changed. */
  changed(): void;
  /** The client closed, or its certificate was not the announced one. */
  ended(reason: "remote-closed" | "failed"): void;
}

/** Largest data channel message taken, as browsers have it by default (RFC 8841, 6). */
const largestMessage = 262_144;

/** werift's peer connection with its edges taken off: always answering, one transport, our own ICE below it. */
export class Peer {
  readonly #peer: RTCPeerConnection;
  readonly #listener: PeerListener;
  readonly #agent = new IceAgent();
  readonly #gathering: Gathering;
  readonly #seen = new Set<unknown>();
  #asked: Promise<void> = Promise.resolve();
  #ufrag: string | undefined;
  #addresses: PathAddresses | undefined;
  /** An answer with the candidates of this generation so far has been made. */
  #answered = false;
  #mid = "0";
  /** Kept, as werift looks for them anew each time: all sections share the first transport. */
  #dtls: RTCDtlsTransport | undefined;
  /** RTP payload types of sound. */
  #voiceTypes: ReadonlySet<number> = new Set();
  #closed = false;

  constructor(options: PeerOptions, listener: PeerListener) {
    this.#listener = listener;
    this.#gathering = new Gathering(this.#agent, options);
    this.#peer = new RTCPeerConnection({
      iceServers: [],
      codecs: { audio: [useOPUS()], video: [useVP8()] },
      certificates: [options.certificate],
      maxMessageSize: largestMessage,
    });
    this.#peer.onDataChannel.subscribe((channel) => {
      listener.channel(channel);
    });
    this.#agent.on("candidate", (candidate) => {
      if (this.#answered) listener.candidate(this.#describe(candidate));
    });
    this.#agent.on("path", ({ local, remote }) => {
      this.#addresses = { caller: inText(remote), server: inText(local.address) };
      if (!this.#closed) listener.changed();
    });
  }

  /** Our candidates of this generation so far, as SDP lines without `a=`. */
  get candidateLines(): string[] {
    return this.#agent.candidateLines;
  }

  /** Settles when every STUN and TURN server has answered or failed to. */
  get gathered(): Promise<void> {
    return this.#asked;
  }

  /** Media can flow, as far as ICE and DTLS know. */
  get usable(): boolean {
    return this.#dtls?.state === "connected" && this.#agent.canSend;
  }

  /** How far connecting has come. */
  get stage(): PeerStage {
    if (!this.#agent.canSend) return "path";
    return this.#dtls?.state === "connected" ? "open" : "handshake";
  }

  /** Kinds of address at both ends: `local` is the client's. */
  get pair(): SelectedPair | undefined {
    return this.#agent.pair;
  }

  get addresses(): PathAddresses | undefined {
    return this.#addresses;
  }

  /** Counts everything that came from the client, over whichever path. */
  get received(): number {
    return this.#agent.received;
  }

  transceiver(mid: string): RTCRtpTransceiver | undefined {
    return this.#peer.getTransceivers().find((transceiver) => transceiver.mid === mid);
  }

  isVoice(packet: RtpPacket): boolean {
    return this.#voiceTypes.has(packet.header.payloadType);
  }

  /** Takes over the client's offer. May throw werift's errors. */
  async apply(offer: Offer): Promise<void> {
    const begins = this.#ufrag !== offer.credentials.ufrag;
    if (begins) {
      this.#answered = false;
      this.#agent.begin(offer.credentials);
      for (const ice of this.#peer.iceTransports) renew(ice, this.#agent);
    }
    await this.#peer.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    this.#ufrag = offer.credentials.ufrag;
    this.#mid = offer.sections.find(({ rejected }) => !rejected)?.mid ?? this.#mid;
    const transports = this.#peer.dtlsTransports;
    this.#dtls = transports[0];
    for (const dtls of transports) {
      // As DTLS server we need not wait 100 ms before the first message, as werift's client does.
      if (dtls.role === "auto") dtls.role = offer.weActAs;
      this.#observe(dtls);
    }
    this.#observeMessages();
  }

  /**
   * @param trickle the client takes candidates after the answer
   * @returns the answer as werift writes it, after host candidates are there
   */
  async answer({ trickle }: { readonly trickle: boolean }): Promise<string> {
    const [ice] = this.#peer.iceTransports;
    if (ice === undefined) throw new Error("no ICE transport");
    if (!this.#answered) {
      await this.#gathering.openSockets({ trickle });
      this.#asked = this.#gathering.askServers();
    }
    const description = await this.#peer.createAnswer();
    await this.#peer.setLocalDescription(description);
    this.#keepQuietSections();
    this.#voiceTypes = new Set(
      this.#peer
        .getTransceivers()
        .filter(({ kind }) => kind === "audio")
        .flatMap(({ codecs }) => codecs.map(({ payloadType }) => payloadType)),
    );
    this.#answered = true;
    return description.sdp;
  }

  addCandidate({ address, priority }: RemoteCandidate): void {
    if (!this.#closed) this.#agent.addRemoteCandidate(address, priority);
  }

  /** For the next ICE restart. */
  setServers(servers: IceServerList): void {
    this.#gathering.servers = servers;
  }

  /** Ends the waiting for STUN and TURN servers. */
  stopGathering(): void {
    this.#gathering.stop();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.stopGathering();
    // While the path still stands: it tells the client at once that the call is over.
    await this.#peer.sctpTransport?.stop();
    await this.#peer.close();
    await this.#agent.close();
  }

  /** werift gives the place of an inactive section to the next new one; browsers keep both. */
  #keepQuietSections(): void {
    for (const transceiver of this.#peer.getTransceivers()) {
      if (transceiver.currentDirection === "inactive") transceiver.setCurrentDirection(undefined);
    }
  }

  #observe(dtls: RTCDtlsTransport): void {
    if (this.#seen.has(dtls)) return;
    this.#seen.add(dtls);
    seat(dtls.iceTransport, this.#agent);
    keepEarlyDtls(dtls);
    dtls.onRtp.subscribe((packet) => {
      this.#listener.rtp(packet);
    });
    dtls.onStateChange.subscribe((state) => {
      if (state === "connected") skipHandshakeNumbers(dtls);
      if (this.#closed) return;
      if (state === "closed") this.#listener.ended("remote-closed");
      else if (state === "failed") this.#listener.ended("failed");
      else this.#listener.changed();
    });
  }

  #observeMessages(): void {
    const sctp = this.#peer.sctpTransport?.sctp;
    if (sctp === undefined || this.#seen.has(sctp)) return;
    this.#seen.add(sctp);
    sctp.stateChanged.closed.subscribe(() => {
      if (!this.#closed) this.#listener.ended("remote-closed");
    });
  }

  #describe(candidate: string): CandidateInit {
    return {
      candidate,
      sdpMid: this.#mid,
      sdpMLineIndex: 0,
      usernameFragment: this.#agent.credentials?.ufrag,
    };
  }
}

function inText([host, port]: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
