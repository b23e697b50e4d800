import {
  Emitter,
  type CandidateInit,
  type ClientMessage,
  type ConnectionReason,
} from "@metered/llmrtc-core";
import { foot, type LadderEvent, type PeerStep } from "./ladder.ts";
import { Peer, type PeerOptions } from "./peer.ts";

export type PeersEvents = {
  /** What the ladder is to know. */
  step: LadderEvent;
  /** Why there is none any more; its step follows. */
  lost: string;
  message: string;
  track: MediaStream;
  /** A peer came to nothing, or what it was connected to did. Once for each. */
  trouble: ConnectionReason;
};

export type PeersOptions = Omit<PeerOptions, "fresh">;

/** One WebRTC connection after the other, as the ladder wants them. */
export class Peers extends Emitter<PeersEvents> {
  readonly #options: PeersOptions;
  #iceServers: readonly RTCIceServer[];
  #step = foot.peer;
  #track: MediaStreamTrack | null = null;
  #peer: Peer | undefined;
  #stream: MediaStream | undefined;
  /** Offers that the server has not answered yet; an answer belongs to the oldest. */
  #unanswered = 0;
  #reason: ConnectionReason | undefined;

  constructor(options: PeersOptions) {
    super();
    this.#options = options;
    this.#iceServers = options.iceServers;
  }

  get current(): Peer | undefined {
    return this.#peer;
  }

  /** The agent's voice comes on this. */
  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  /** Why WebRTC does not carry the call: of the try that goes on, else of the last. */
  get reason(): ConnectionReason | undefined {
    return this.#peer?.reason ?? this.#reason;
  }

  /** What the next gathering uses. */
  get iceServers(): readonly RTCIceServer[] {
    return this.#peer?.iceServers ?? this.#iceServers;
  }

  /** Fresh credentials, for the next ICE restart and for later peers. */
  setIceServers(iceServers: readonly RTCIceServer[]): void {
    this.#iceServers = iceServers;
    this.#peer?.setIceServers(iceServers);
  }

  setTrack(track: MediaStreamTrack | null): void {
    this.#track = track;
    this.#peer?.setTrack(track);
  }

  /** The server's answer to an offer, with the offer's number where the server knows of numbers. */
  accept(sdp: string, number?: number): void {
    this.#unanswered = Math.max(0, this.#unanswered - 1);
    if (this.#options.watch || this.#unanswered === 0) this.#peer?.negotiation.accept(sdp, number);
  }

  addCandidate(candidate: CandidateInit | null): void {
    this.#peer?.negotiation.addCandidate(candidate);
  }

  follow(after: PeerStep): void {
    const before = this.#step;
    this.#step = after;
    if (attemptOf(before) === attemptOf(after)) return;
    if (before.phase === "trying" && this.#peer) this.#blame(this.#peer);
    this.close();
    if (before.phase === "none") this.#unanswered = 0;
    if (after.phase === "trying") this.#open(after);
  }

  close(): void {
    this.#peer?.close();
    this.#peer = undefined;
    this.#stream = undefined;
  }

  #open(step: Extract<PeerStep, { readonly phase: "trying" }>): void {
    const { attempt } = step;
    let peer: Peer;
    try {
      peer = this.#make(step);
    } catch (error) {
      this.#options.logger.warn({ error }, "The browser makes no peer connection");
      this.#blame({ reason: "unsupported" });
      this.emit("lost", "The browser makes no peer connection.");
      this.emit("step", { type: "peer-lost", attempt });
      return;
    }
    this.#peer = peer;
    peer.on("message", (frame) => {
      this.emit("message", frame);
    });
    peer.on("track", (stream) => {
      this.#stream = stream;
      this.emit("track", stream);
    });
    peer.on("connected", () => {
      this.emit("step", { type: "peer-connected", attempt });
    });
    peer.on("interrupted", () => {
      this.emit("step", { type: "peer-interrupted", attempt });
    });
    peer.on("lost", (why) => {
      this.#blame(peer);
      this.close();
      this.emit("lost", why);
      this.emit("step", { type: "peer-lost", attempt });
    });
    if (this.#track) peer.setTrack(this.#track);
    void peer.connect();
  }

  #make({ attempt, relayOnly }: Extract<PeerStep, { readonly phase: "trying" }>): Peer {
    const options = this.#options;
    return new Peer({
      ...options,
      iceServers: this.#iceServers,
      iceTransportPolicy: relayOnly ? "relay" : options.iceTransportPolicy,
      fresh: attempt > 1,
      send: (message: ClientMessage) => {
        if (message.type === "offer") this.#unanswered += 1;
        options.send(message);
      },
    });
  }

  #blame({ reason }: Pick<Peer, "reason">): void {
    this.#reason = reason;
    this.emit("trouble", reason);
  }
}

function attemptOf(peer: PeerStep): number | undefined {
  return peer.phase === "none" ? undefined : peer.attempt;
}
