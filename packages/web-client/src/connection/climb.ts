import {
  Emitter,
  type AudioCodec,
  type CandidateInit,
  type ClientMessage,
  type ConnectionReason,
  type Logger,
} from "@metered/llmrtc-core";
import type { Environment } from "../environment.ts";
import type { ConnectionReport } from "../events.ts";
import type { SocketAudio } from "../media/socket-audio.ts";
import type { Sound } from "../media/sound.ts";
import {
  carries,
  climb,
  type Ladder,
  type LadderEvent,
  type LadderRules,
  type PeerStep,
  startLadder,
  wakeAt,
} from "./ladder.ts";
import { Peer } from "./peer.ts";
import type { Signalling } from "./signalling.ts";

export type ClimbEvents = {
  /** Sound and messages can flow; again after each `interrupted`. */
  connected: undefined;
  /** No sound for now: another path is being looked for. */
  interrupted: undefined;
  /** A text message from the server's data channel. */
  message: string;
  /** The agent's voice comes on this from now on. */
  track: MediaStream;
  report: ConnectionReport;
  /** A try of WebRTC came to nothing, or the connection that there was did. */
  trouble: ConnectionReason;
  /** The last event, unless `close` was called: why there is no connection any more. */
  lost: string;
};

export interface ClimbOptions {
  readonly environment: Environment;
  readonly rules: LadderRules;
  readonly signalling: Signalling;
  readonly sound: Sound;
  readonly iceServers: readonly RTCIceServer[];
  readonly iceTransportPolicy: RTCIceTransportPolicy;
  /** Whether the server takes candidates one by one. */
  readonly trickle: boolean;
  /** The server's sound never pauses, and its end waits for another socket. */
  readonly resumes: boolean;
  /** The network may be another: is the socket there? */
  readonly doubt: () => void;
  readonly track: MediaStreamTrack | null;
  readonly logger: Logger;
}

/** Does what the ladder decides: makes and drops peers, and sound over the socket. */
export class Climb extends Emitter<ClimbEvents> {
  readonly #options: ClimbOptions;
  readonly #startedAt: number;
  readonly #ends: (() => void)[] = [];
  #iceServers: readonly RTCIceServer[];
  #ladder: Ladder;
  #track: MediaStreamTrack | null;
  #peer: Peer | undefined;
  #peerStream: MediaStream | undefined;
  #blamed: Peer | undefined;
  #brokenAt: number | undefined;
  #audio: SocketAudio | undefined;
  /** Offers that the server has not answered yet; an answer belongs to the oldest. */
  #unanswered = 0;
  #why = "No way to the server was found.";
  #reason: ConnectionReason | undefined;
  #cancelWake: (() => void) | undefined;
  #over = false;

  constructor(options: ClimbOptions) {
    super();
    this.#options = options;
    this.#track = options.track;
    this.#iceServers = options.iceServers;
    this.#startedAt = options.environment.clock.now();
    this.#ladder = { ...startLadder(options.rules, this.#startedAt), peer: none, socket: "off" };
  }

  /** Begins; `connected` or `lost` follows. */
  start(): void {
    const { environment, rules, signalling } = this.#options;
    this.#ends.push(
      signalling.on("bytes", (bytes) => {
        this.#hear(bytes);
      }),
      environment.onNetworkChange(() => {
        this.#peer?.doubt();
        this.#step({ type: "network-changed" });
      }),
    );
    this.#become(startLadder(rules, this.#startedAt));
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
    if (this.#ladder.socket === "on") this.#audio?.setTrack(track);
  }

  /** The server's answer to an offer, with the offer's number where the server knows of numbers. */
  accept(sdp: string, number?: number): void {
    this.#unanswered = Math.max(0, this.#unanswered - 1);
    if (this.#options.resumes || this.#unanswered === 0)
      this.#peer?.negotiation.accept(sdp, number);
  }

  /** A peer connection lives, so that the call outlives its socket. */
  get outlivesSocket(): boolean {
    const { phase } = this.#ladder.peer;
    return this.#options.resumes && (phase === "up" || phase === "broken");
  }

  /** There is another socket, and the server goes on with it. */
  sayAgain(): void {
    this.#peer?.sayAgain();
    if (this.#audio) this.#send({ type: "audio-start", codec: this.#audio.codec });
  }

  addCandidate(candidate: CandidateInit | null): void {
    this.#peer?.negotiation.addCandidate(candidate);
  }

  /** The server takes binary frames from now on. */
  socketReady(): void {
    this.#step({ type: "socket-on" });
  }

  /**
   * The agent fell silent or goes on. What it has said and nobody heard yet is dropped from the socket's
   * sound; a track, whose buffer nobody can empty, is silent for the time of a pause.
   */
  silence(type: "tts-paused" | "tts-resumed" | "tts-cancelled"): void {
    if (type !== "tts-resumed") this.#audio?.flush();
    for (const track of this.#peerStream?.getTracks() ?? []) track.enabled = type !== "tts-paused";
  }

  /** Why WebRTC does not carry the call: of the try that goes on, else of the last. */
  get reason(): ConnectionReason | undefined {
    return this.#peer?.reason ?? this.#reason;
  }

  /** Place in the agent's sound that is being played; null when none is, or it is not known. */
  get playedPosition(): number | null {
    return this.#ladder.socket === "on" ? null : (this.#peer?.playedPosition ?? null);
  }

  /** Sends on the data channel; false when the socket is the way. */
  sendMessage(message: string): boolean {
    return this.#ladder.socket !== "on" && this.#peer?.sendMessage(message) === true;
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelWake?.();
    for (const end of this.#ends) end();
    this.#peer?.close();
    this.#audio?.close();
  }

  #step(event: LadderEvent): void {
    if (this.#over) return;
    const { rules, environment } = this.#options;
    this.#become(climb(this.#ladder, event, rules, environment.clock.now()));
  }

  #become(after: Ladder): void {
    const before = this.#ladder;
    this.#ladder = after;
    this.#wake();
    if (after === before) return;
    if (after.fallen) {
      this.close();
      this.emit("lost", this.#why);
      return;
    }
    this.#followPeer(before.peer, after.peer);
    this.#followSocket(before, after);
    if (this.#ladder === after) this.#tell(before, after);
  }

  #wake(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    const at = wakeAt(this.#ladder, this.#options.rules);
    if (at === undefined || this.#over) return;
    const { clock } = this.#options.environment;
    this.#cancelWake = clock.after(Math.max(0, at - clock.now()), () => {
      this.#step({ type: "time" });
    });
  }

  #followPeer(before: PeerStep, after: PeerStep): void {
    if (attemptOf(before) === attemptOf(after)) return;
    if (before.phase === "trying" && this.#peer) this.#failed(this.#peer);
    this.#peer?.close();
    this.#peer = undefined;
    this.#peerStream = undefined;
    if (before.phase === "none") this.#unanswered = 0;
    if (after.phase === "trying") this.#open(after);
  }

  #open({ attempt, relayOnly }: Extract<PeerStep, { readonly phase: "trying" }>): void {
    const { environment, logger, iceTransportPolicy, trickle, resumes, doubt } = this.#options;
    const peer = new Peer({
      environment,
      logger,
      iceServers: this.#iceServers,
      trickle,
      watch: resumes,
      doubt,
      iceTransportPolicy: relayOnly ? "relay" : iceTransportPolicy,
      fresh: attempt > 1,
      send: (message) => {
        if (message.type === "offer") this.#unanswered += 1;
        this.#send(message);
      },
    });
    this.#peer = peer;
    peer.on("message", (frame) => {
      this.emit("message", frame);
    });
    peer.on("track", (stream) => {
      this.#peerStream = stream;
      if (this.#ladder.socket !== "on") this.emit("track", stream);
    });
    peer.on("connected", () => {
      this.#step({ type: "peer-connected", attempt });
    });
    peer.on("interrupted", () => {
      this.#step({ type: "peer-interrupted", attempt });
    });
    peer.on("lost", (why) => {
      this.#why = why;
      this.#failed(peer);
      this.#step({ type: "peer-lost", attempt });
    });
    if (this.#track) peer.setTrack(this.#track);
    void peer.connect();
  }

  /** Told once for each peer, whether it gave up by itself or took too long. */
  #failed(peer: Peer): void {
    if (this.#blamed === peer) return;
    this.#blamed = peer;
    this.#reason = peer.reason;
    this.emit("trouble", this.#reason);
  }

  #followSocket(before: Ladder, { socket }: Ladder): void {
    if (before.socket === socket) return;
    if (socket === "starting") void this.#openAudio();
    if (socket === "on") this.#audio?.setTrack(this.#track);
    if (socket === "off" || socket === "refused") {
      if (this.#audio) this.#send({ type: "audio-stop" });
      this.#audio?.close();
      this.#audio = undefined;
    }
  }

  async #openAudio(): Promise<void> {
    const { environment, signalling, sound, logger } = this.#options;
    const failed = (error: unknown): void => {
      logger.warn({ error }, "The browser cannot send sound over the WebSocket");
      this.#why = "The browser can send no sound.";
      this.#step({ type: "socket-refused" });
    };
    try {
      const audio = await environment.openSocketAudio({
        sound,
        send: (frame) => {
          signalling.sendBytes(frame);
        },
        unsentBytes: () => signalling.unsentBytes,
        failed,
      });
      if (this.#over || this.#ladder.socket !== "starting" || this.#audio) audio.close();
      else this.#start(audio, audio.codec);
    } catch (error) {
      failed(error);
    }
  }

  #start(audio: SocketAudio, codec: AudioCodec): void {
    this.#audio = audio;
    this.#send({ type: "audio-start", codec });
  }

  #hear(bytes: Uint8Array): void {
    try {
      this.#audio?.receive(bytes);
    } catch (error) {
      this.#options.logger.debug({ error }, "Ignored a binary frame of the server");
    }
  }

  #tell(before: Ladder, after: Ladder): void {
    const had = carries(before);
    const has = carries(after);
    if (had && !has) {
      this.#brokenAt = this.#options.environment.clock.now();
      this.emit("interrupted", undefined);
    }
    if (!has) return;
    const way = wayOf(after);
    if (had && way === wayOf(before)) return;
    const stream = way === "websocket" ? this.#audio?.stream : this.#peerStream;
    const isNew = way === "websocket" || before.socket === "on";
    if (stream && isNew) this.emit("track", stream);
    if (!had) this.emit("connected", undefined);
    void this.#report(after);
  }

  async #report(ladder: Ladder): Promise<void> {
    const kind = wayOf(ladder);
    const now = this.#options.environment.clock.now();
    const afterMs = now - this.#startedAt;
    const recoveredAfterMs = this.#brokenAt === undefined ? undefined : now - this.#brokenAt;
    this.#brokenAt = undefined;
    const pair = kind === "webrtc" ? await this.#peer?.pair() : undefined;
    if (this.#over) return;
    const { why, attempts } = ladder;
    const reason = kind === "websocket" && why !== "only-choice" ? this.reason : undefined;
    this.emit("report", {
      kind,
      ...(pair && { relayed: pair.local === "relay" || pair.remote === "relay", pair }),
      why,
      ...(reason && { reason }),
      ...(recoveredAfterMs !== undefined && { recoveredAfterMs }),
      afterMs,
      attempts,
    });
  }

  #send(message: ClientMessage): void {
    this.#options.signalling.send(message);
  }
}

const none: PeerStep = { phase: "none", probeAt: Infinity };

function attemptOf(peer: PeerStep): number | undefined {
  return peer.phase === "none" ? undefined : peer.attempt;
}

function wayOf({ socket }: Ladder): ConnectionReport["kind"] {
  return socket === "on" ? "websocket" : "webrtc";
}
