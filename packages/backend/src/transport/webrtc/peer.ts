import { randomInt } from "node:crypto";
import type { CandidateInit, Logger } from "@metered/llmrtc-core";
import {
  IceCandidate,
  type Message,
  type RTCCertificate,
  type RTCDataChannel,
  RTCPeerConnection,
  type RTCDtlsTransport,
  type RTCRtpTransceiver,
  type RtpPacket,
  useOPUS,
  useVP8,
} from "werift";
import { keepEarlyDtls } from "./early-dtls.ts";
import { Gathering } from "./gathering.ts";
import type { IceServerList } from "./ice-servers.ts";
import type { Offer } from "./offer.ts";
import { bindAlone } from "./port-lock.ts";
import type { RemoteCandidate } from "./remote-candidate.ts";

export interface PeerOptions {
  readonly servers: IceServerList;
  readonly certificate: RTCCertificate;
  readonly hostAddresses: readonly string[];
  readonly portRange: [number, number] | undefined;
  readonly logger: Logger;
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
const mostRememberedChecks = 64;
/** In a range of so many ports, half of them are enough for every call. */
const wideRange = 4096;

/** What we use of werift's agent beyond its types. */
interface AgentInternals {
  readonly userHistory: Readonly<Record<string, string>>;
  readonly protocols: { close(): Promise<void> }[];
}

interface PairInternals {
  readonly requestTransactionIds: Set<string>;
}

/** werift's peer connection with its edges taken off: always answering, one transport, all ICE servers. */
export class Peer {
  readonly #peer: RTCPeerConnection;
  readonly #options: PeerOptions;
  readonly #listener: PeerListener;
  readonly #seen = new Set<unknown>();
  #servers: IceServerList;
  #gathering: Gathering | undefined;
  #asked: Promise<void> = Promise.resolve();
  #ufrag: string | undefined;
  #candidates: CandidateInit[] = [];
  #answered = false;
  #packets = 0;
  #closed = false;

  constructor(options: PeerOptions, listener: PeerListener) {
    this.#options = options;
    this.#servers = options.servers;
    this.#listener = listener;
    this.#peer = new RTCPeerConnection({
      iceServers: [],
      // The list is ours: werift's own has no filter and no announced addresses.
      iceUseIpv4: false,
      iceUseIpv6: false,
      iceAdditionalHostAddresses: [...options.hostAddresses],
      ...(options.portRange === undefined ? {} : { icePortRange: somewhereIn(options.portRange) }),
      iceFilterStunResponse: (message) => this.#isForUs(message),
      codecs: { audio: [useOPUS()], video: [useVP8()] },
      certificates: [options.certificate],
      maxMessageSize: largestMessage,
    });
    this.#peer.onDataChannel.subscribe((channel) => {
      listener.channel(channel);
    });
    this.#peer.onIceCandidate.subscribe((candidate) => {
      if (candidate === undefined) return; // the end of the host candidates only
      const init = candidate.toJSON();
      this.#candidates.push(init);
      if (this.#answered) listener.candidate(init);
    });
  }

  /** Our candidates of this generation so far, as SDP lines without `a=`. */
  get candidateLines(): string[] {
    return this.#candidates.map(({ candidate }) => candidate);
  }

  /** Settles when every STUN and TURN server has answered or failed to. */
  get gathered(): Promise<void> {
    return this.#asked;
  }

  /** Media can flow, as far as ICE and DTLS know. */
  get usable(): boolean {
    const dtls = this.#dtls;
    if (dtls?.state !== "connected") return false;
    const { nominated, state } = dtls.iceTransport.connection;
    return nominated !== undefined && state !== "failed" && state !== "closed";
  }

  /**
   * Counts everything that came from the client, on whichever pair: browsers may move to another
   * than the one that werift holds for selected.
   */
  get received(): number {
    const pairs = this.#dtls?.iceTransport.connection.candidatePairs ?? [];
    return pairs.reduce(
      (sum, { requestsReceived, responsesReceived }) => sum + requestsReceived + responsesReceived,
      this.#packets,
    );
  }

  transceiver(mid: string): RTCRtpTransceiver | undefined {
    return this.#peer.getTransceivers().find((transceiver) => transceiver.mid === mid);
  }

  isVoice(packet: RtpPacket): boolean {
    return this.#peer.getTransceivers().some(({ kind, codecs }) => {
      return (
        kind === "audio" &&
        codecs.some(({ payloadType }) => payloadType === packet.header.payloadType)
      );
    });
  }

  /** Takes over the client's offer. May throw werift's errors. */
  async apply(offer: Offer): Promise<void> {
    const restart = this.#ufrag !== undefined && this.#ufrag !== offer.ufrag;
    if (this.#ufrag !== offer.ufrag) {
      this.#candidates = [];
      this.#answered = false;
    }
    // Said explicitly: after a section was inactive werift takes a restart for a renomination.
    if (restart) for (const ice of this.#peer.iceTransports) ice.restart();
    await this.#peer.setRemoteDescription({ type: "offer", sdp: offer.sdp });
    this.#ufrag = offer.ufrag;
    for (const dtls of this.#peer.dtlsTransports) {
      // As DTLS server we need not wait 100 ms before the first message, as werift's client does.
      if (dtls.role === "auto") dtls.role = offer.weActAs;
      this.#observe(dtls);
    }
    this.#observeMessages();
  }

  /** @returns the answer as werift writes it, after host candidates are there */
  async answer(): Promise<string> {
    const [ice] = this.#peer.iceTransports;
    if (ice === undefined) throw new Error("no ICE transport");
    this.#gathering ??= new Gathering(ice, { ...this.#options, servers: this.#servers });
    const description = await this.#peer.createAnswer();
    const gathers = ice.gatheringState === "new";
    const settle = () => this.#peer.setLocalDescription(description);
    await (gathers && this.#options.portRange !== undefined ? bindAlone(settle) : settle());
    this.#keepQuietSections();
    if (gathers) this.#asked = this.#gathering.askServers();
    // werift starts ICE anew only until DTLS is connected; a restarted agent would stay passive.
    if (gathers && this.#dtls?.state === "connected") void ice.start().catch(() => undefined);
    this.#answered = true;
    return description.sdp;
  }

  addCandidate({ line }: RemoteCandidate): void {
    const candidate = IceCandidate.fromJSON({ candidate: line });
    const [ice] = this.#peer.iceTransports;
    if (candidate !== undefined && !this.#closed) void ice?.addRemoteCandidate(candidate);
  }

  /** For the next ICE restart. */
  setServers(servers: IceServerList): void {
    this.#servers = servers;
    if (this.#gathering !== undefined) this.#gathering.servers = servers;
  }

  /** werift remembers every check that it received; browsers send one every 2.5 s. */
  forgetChecks(): void {
    for (const pair of this.#dtls?.iceTransport.connection.candidatePairs ?? []) {
      const { requestTransactionIds } = pair as unknown as PairInternals;
      if (requestTransactionIds.size > mostRememberedChecks) requestTransactionIds.clear();
    }
  }

  /** Ends the waiting for STUN and TURN servers. */
  stopGathering(): void {
    this.#gathering?.stop();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.stopGathering();
    // While the path still stands: it tells the client at once that the call is over.
    await this.#peer.sctpTransport?.stop();
    await this.#gathering?.close();
    const agents = this.#peer.iceTransports.map(({ connection }) => connection);
    await this.#peer.close();
    for (const agent of agents) {
      const { protocols } = agent as unknown as AgentInternals;
      await Promise.all(protocols.map((protocol) => protocol.close()));
    }
  }

  /** werift gives the place of an inactive section to the next new one; browsers keep both. */
  #keepQuietSections(): void {
    for (const transceiver of this.#peer.getTransceivers()) {
      if (transceiver.currentDirection === "inactive") transceiver.setCurrentDirection(undefined);
    }
  }

  get #dtls(): RTCDtlsTransport | undefined {
    return this.#peer.dtlsTransports[0];
  }

  #observe(dtls: RTCDtlsTransport): void {
    if (this.#seen.has(dtls)) return;
    this.#seen.add(dtls);
    keepEarlyDtls(dtls);
    dtls.onRtp.subscribe((packet) => {
      this.#listener.rtp(packet);
    });
    dtls.onStateChange.subscribe((state) => {
      if (this.#closed) return;
      if (state === "closed") this.#listener.ended("remote-closed");
      else if (state === "failed") this.#listener.ended("failed");
      else this.#listener.changed();
    });
    dtls.iceTransport.connection.onData.subscribe(() => {
      this.#packets += 1;
    });
    dtls.iceTransport.onStateChange.subscribe(() => {
      if (!this.#closed) this.#listener.changed();
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

  /** Checks by strangers, who do not know our user name, are neither answered nor remembered. */
  #isForUs(message: Message): boolean {
    const name: unknown = message.getAttributeValue("USERNAME");
    if (typeof name !== "string") return false;
    const ours = name.slice(0, name.indexOf(":"));
    return this.#peer.iceTransports.some(({ connection }) => {
      return Object.hasOwn((connection as unknown as AgentInternals).userHistory, ours);
    });
  }
}

/** werift takes the first free port from below: with many calls it would try each taken one first. */
function somewhereIn([first, last]: [number, number]): [number, number] {
  const ports = last - first + 1;
  return ports < wideRange ? [first, last] : [first + randomInt(Math.floor(ports / 2)), last];
}
