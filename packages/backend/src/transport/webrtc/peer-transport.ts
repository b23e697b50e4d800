import {
  type CandidateInit,
  Emitter,
  type IceServer,
  LLMRTCError,
  type Logger,
  NoopMetrics,
  type Pcm,
  type SelectedPair,
  silentLogger,
} from "@metered/llmrtc-core";
import type { RTCCertificate, RTCRtpTransceiver, RtpPacket } from "werift";
import type { PeerStage } from "../../observe/attempt.ts";
import { VoiceReceiver } from "../../media/voice-receiver.ts";
import { hostAddresses as allAddresses } from "../addresses.ts";
import type { TransportEnd, TransportEvents } from "../transport.ts";
import { passed } from "./abort.ts";
import { finishAnswer } from "./answer.ts";
import { CandidateInbox } from "./candidate-inbox.ts";
import { type IceServerList, readIceServers } from "./ice-servers.ts";
import { warnOfIgnored } from "./ignored-urls.ts";
import { MessageChannel } from "./message-channel.ts";
import { type Offer, type OfferedSection, readOffer } from "./offer.ts";
import type { PathPhase, PathSample } from "../path-watch.ts";
import { PathWatcher } from "./path-watcher.ts";
import { Peer } from "./peer.ts";
import { readCandidate } from "./remote-candidate.ts";
import { SerialQueue } from "./serial-queue.ts";
import { Speaker } from "./speaker.ts";
import type {
  OfferOptions,
  PathAddresses,
  WebRtcTransport,
  WebRtcTransportOptions,
} from "./webrtc-transport.ts";

/** How long an answer without trickle waits for STUN and TURN servers. */
const gatherWithinMs = 500;

/** A call over one werift peer: what the parts of this folder do, put together. */
export class PeerTransport extends Emitter<TransportEvents> implements WebRtcTransport {
  readonly kind = "webrtc";
  readonly #options: WebRtcTransportOptions;
  readonly #certificate: RTCCertificate;
  readonly #logger: Logger;
  readonly #offers = new SerialQueue();
  readonly #inbox = new CandidateInbox();
  readonly #voice: VoiceReceiver;
  readonly #messages: MessageChannel;
  readonly #watcher: PathWatcher;
  readonly #speaker = new Speaker();
  readonly #stopping = new AbortController();
  #iceServers: readonly IceServer[];
  #peer: Peer | undefined;
  #sections: readonly OfferedSection[] = [];
  #trickle = false;
  #hasMicrophone = false;
  #speakTo: RTCRtpTransceiver | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: WebRtcTransportOptions, certificate: RTCCertificate) {
    super();
    this.#options = options;
    this.#iceServers = options.iceServers;
    this.#certificate = certificate;
    this.#logger = options.logger ?? silentLogger;
    this.#watcher = new PathWatcher({
      times: options.times ?? {},
      sample: () => this.#sample(),
      onPhase: (phase) => {
        this.#enter(phase);
      },
    });
    this.#voice = new VoiceReceiver(() => {
      this.emit("microphone-started", undefined);
    });
    this.#messages = new MessageChannel({
      message: (text) => {
        this.emit("message", text);
      },
      invalid: (why) => {
        this.emit("invalid", why);
      },
    });
  }

  get stage(): PeerStage {
    return this.#peer?.stage ?? "path";
  }

  get pair(): SelectedPair | undefined {
    return this.#peer?.pair;
  }

  get addresses(): PathAddresses | undefined {
    return this.#peer?.addresses;
  }

  get microphone(): AsyncIterable<Pcm> {
    return this.#voice.frames;
  }

  acceptOffer(sdp: string, { trickle = false }: OfferOptions = {}): Promise<string> {
    return this.#offers.run(async () => {
      this.#throwIfClosing();
      const offer = readOffer(sdp, this.#sections);
      const peer = await this.#apply(offer);
      this.#chooseSpeaker(peer, offer.sections);
      this.#followMicrophone(offer.sections);
      this.#takeCandidates(peer, offer);
      const answer = await peer.answer({ trickle });
      this.#watcher.offered();
      return trickle ? this.#answerNow(peer, answer) : this.#answerWhole(peer, answer);
    });
  }

  addCandidate(init: CandidateInit | null): void {
    // The end of candidates is not passed on: werift would give up before our servers answered.
    if (init === null || this.#closing !== undefined) return;
    const candidate = readCandidate(init);
    if (candidate === undefined) return;
    for (const usable of this.#inbox.take(candidate)) this.#peer?.addCandidate(usable);
  }

  setIceServers(iceServers: readonly IceServer[]): void {
    this.#iceServers = iceServers;
    this.#peer?.setServers(this.#readServers());
  }

  sendFrame(frame: Pcm | undefined): void {
    if (this.#speakTo === undefined || this.#peer?.usable !== true) {
      this.#speaker.skip();
      return;
    }
    const packet = this.#speaker.next(frame);
    if (packet !== undefined) void this.#speakTo.sender.sendRtp(packet);
  }

  sentAfterMs(position: number | null): number {
    return position === null ? Number.POSITIVE_INFINITY : this.#speaker.sentAfterMs(position);
  }

  sendMessage(message: string): boolean {
    return this.#messages.send(message);
  }

  close(): Promise<void> {
    return this.#end("closed");
  }

  async #apply(offer: Offer): Promise<Peer> {
    const peer = this.#peer ?? this.#open();
    try {
      await peer.apply(offer);
    } catch (cause) {
      if (this.#peer === undefined) await peer.close();
      throw new LLMRTCError("INVALID_MESSAGE", "The offer cannot be used", { cause });
    }
    this.#peer = peer;
    this.#sections = offer.sections;
    return peer;
  }

  #open(): Peer {
    const { hostAddresses = allAddresses({}), callerAddress, portRange } = this.#options;
    return new Peer(
      {
        servers: this.#readServers(),
        certificate: this.#certificate,
        hostAddresses,
        callerAddress,
        portRange,
        logger: this.#logger,
        metrics: this.#options.metrics ?? new NoopMetrics(),
      },
      {
        rtp: (packet) => {
          this.#hear(packet);
        },
        channel: (channel) => {
          this.#messages.adopt(channel);
        },
        candidate: (candidate) => {
          if (this.#trickle) this.emit("candidate", candidate);
        },
        changed: () => {
          this.#watcher.look();
        },
        ended: (reason) => {
          void this.#end(reason);
        },
      },
    );
  }

  #readServers(): IceServerList {
    const servers = readIceServers(this.#iceServers);
    warnOfIgnored(servers.ignored, this.#logger);
    return servers;
  }

  #answerNow(peer: Peer, answer: string): string {
    this.#throwIfClosing();
    this.#trickle = true;
    void peer.gathered.then(() => {
      // after the answer has been handed out
      setImmediate(() => {
        if (this.#closing === undefined) this.emit("candidate", null);
      });
    });
    return finishAnswer(answer, {
      offered: this.#sections,
      candidates: peer.candidateLines,
      complete: false,
    });
  }

  async #answerWhole(peer: Peer, answer: string): Promise<string> {
    this.#trickle = false;
    const { signal } = this.#stopping;
    await Promise.race([peer.gathered, passed(gatherWithinMs, signal)]);
    this.#throwIfClosing();
    return finishAnswer(answer, {
      offered: this.#sections,
      candidates: peer.candidateLines,
      complete: true,
    });
  }

  /** One section carries the agent's voice; it stays where it is as long as the client listens there. */
  #chooseSpeaker(peer: Peer, sections: readonly OfferedSection[]): void {
    const audible = sections.filter(({ kind, receives }) => kind === "audio" && receives);
    const kept = audible.find(({ mid }) => mid === this.#speakTo?.mid) ?? audible[0];
    this.#speakTo = kept === undefined ? undefined : peer.transceiver(kept.mid);
    for (const { mid, kind } of sections) {
      const transceiver = peer.transceiver(mid);
      if (transceiver === undefined) continue;
      if (kind !== "audio") transceiver.setDirection("inactive");
      else transceiver.setDirection(transceiver === this.#speakTo ? "sendrecv" : "recvonly");
    }
    if (this.#speakTo !== undefined) this.#speakTo.sender.streamId = "llmrtc";
  }

  #followMicrophone(sections: readonly OfferedSection[]): void {
    const had = this.#hasMicrophone;
    this.#hasMicrophone = sections.some(({ kind, sends }) => kind === "audio" && sends);
    if (!had || this.#hasMicrophone) return;
    this.#voice.stop();
    this.emit("microphone-stopped", undefined);
  }

  #takeCandidates(peer: Peer, { credentials, candidates }: Offer): void {
    const early = this.#inbox.open(credentials.ufrag);
    const listed = candidates.flatMap((candidate) => this.#inbox.take(candidate));
    for (const candidate of [...early, ...listed]) peer.addCandidate(candidate);
  }

  #hear(packet: RtpPacket): void {
    if (!this.#hasMicrophone || this.#peer?.isVoice(packet) !== true) return;
    const { sequenceNumber, timestamp, ssrc } = packet.header;
    this.#voice.receive({ sequence: sequenceNumber, timestamp, ssrc, payload: packet.payload });
  }

  #sample(): PathSample | undefined {
    const peer = this.#peer;
    if (peer === undefined || this.#closing !== undefined) return undefined;
    return { usable: peer.usable, received: peer.received };
  }

  #enter(phase: PathPhase): void {
    this.#logger.debug({ phase }, "path to the caller changed");
    if (phase === "gone") void this.#end("failed");
    else if (phase !== "connecting") this.emit(phase, undefined);
  }

  #end(reason: TransportEnd): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: TransportEnd): Promise<void> {
    this.#watcher.close();
    this.#voice.close();
    this.#messages.close();
    this.#speakTo = undefined;
    this.#stopping.abort();
    try {
      this.#peer?.stopGathering();
      await this.#offers.run(async () => this.#peer?.close()); // after an offer being answered
    } catch (error) {
      this.#logger.warn({ error }, "a call's sockets could not be closed");
    }
    this.emit("end", reason);
  }

  #throwIfClosing(): void {
    if (this.#closing !== undefined) throw new LLMRTCError("CLOSED", "The call has ended");
  }
}
