import { Emitter, type ConnectionReason, type ServerMessage } from "@metered/llmrtc-core";
import type { ConnectionReport } from "../events.ts";
import { iceServersFrom } from "./ice-servers.ts";
import {
  carries,
  climb,
  foot,
  type Ladder,
  type LadderEvent,
  type LadderRules,
  startLadder,
  wakeAt,
} from "./ladder.ts";
import { Peers, type PeersOptions } from "./peers.ts";
import { Reporter } from "./reporter.ts";
import { SocketWay, type SocketWayOptions } from "./socket-way.ts";

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

export interface ClimbOptions
  extends Omit<PeersOptions, "send">, Omit<SocketWayOptions, "refused"> {
  readonly rules: LadderRules;
  /** They are the application's own, so that the server's later ones do not count. */
  readonly keepIceServers: boolean;
}

type WayMessage = Extract<
  ServerMessage,
  { readonly type: "signal" | "candidate" | "ice-servers" | "audio-started" }
>;

/** Does what the ladder decides: makes and drops peers, and sound over the socket. */
export class Climb extends Emitter<ClimbEvents> {
  readonly #options: ClimbOptions;
  readonly #reporter: Reporter;
  readonly #socketWay: SocketWay;
  /** The WebRTC half. */
  readonly peers: Peers;
  #ladder = foot;
  #why = "No way to the server was found.";
  #endNetwork: (() => void) | undefined;
  #cancelWake: (() => void) | undefined;
  #over = false;

  constructor(options: ClimbOptions) {
    super();
    this.#options = options;
    this.#reporter = new Reporter(options.environment.clock, (report) => {
      this.emit("report", report);
    });
    this.#socketWay = new SocketWay({
      ...options,
      refused: () => {
        this.#why = "The browser can send no sound.";
        this.#step({ type: "socket-refused" });
      },
    });
    this.peers = new Peers({
      ...options,
      send: (message) => void options.signalling.send(message),
    });
    this.#followPeers();
  }

  /** Begins; `connected` or `lost` follows. */
  start(): void {
    const { environment, rules } = this.#options;
    this.#endNetwork = environment.onNetworkChange(() => {
      this.peers.current?.doubt();
      this.#step({ type: "network-changed" });
    });
    this.#become(startLadder(rules, environment.clock.now()));
  }

  setTrack(track: MediaStreamTrack | null): void {
    this.peers.setTrack(track);
    this.#socketWay.setTrack(track);
  }

  /** A peer connection lives, so that the call outlives its socket. */
  get outlivesSocket(): boolean {
    const { phase } = this.#ladder.peer;
    return this.#options.watch && (phase === "up" || phase === "broken");
  }

  /** There is another socket, and the server goes on with it. */
  sayAgain(): void {
    this.peers.current?.sayAgain();
    this.#socketWay.sayAgain();
  }

  /** What the server says about a way. */
  take(message: WayMessage): void {
    switch (message.type) {
      case "signal":
        this.peers.accept(message.signal.sdp, message.number);
        return;
      case "candidate":
        this.peers.addCandidate(message.candidate);
        return;
      case "ice-servers":
        if (this.#options.keepIceServers) return;
        this.peers.setIceServers(iceServersFrom(message.iceServers));
        return;
      case "audio-started":
        this.#step({ type: "socket-on" });
    }
  }

  /**
   * The agent fell silent or goes on. What it has said and nobody heard yet is dropped from the socket's
   * sound; a track, whose buffer nobody can empty, is silent for the time of a pause.
   */
  silence(type: "tts-paused" | "tts-resumed" | "tts-cancelled"): void {
    if (type !== "tts-resumed") this.#socketWay.flush();
    for (const track of this.peers.stream?.getTracks() ?? []) track.enabled = type !== "tts-paused";
  }

  /** Place in the agent's sound that is being played; null when none is, or it is not known. */
  get playedPosition(): number | null {
    return this.#ladder.socket === "on" ? null : (this.peers.current?.playedPosition ?? null);
  }

  /** Sends on the data channel; false when the socket is the way. */
  sendMessage(message: string): boolean {
    return this.#ladder.socket !== "on" && this.peers.current?.sendMessage(message) === true;
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelWake?.();
    this.#endNetwork?.();
    this.#reporter.close();
    this.peers.close();
    this.#socketWay.close();
  }

  #followPeers(): void {
    const { peers } = this;
    peers.on("message", (frame) => {
      this.emit("message", frame);
    });
    peers.on("track", (stream) => {
      if (this.#ladder.socket !== "on") this.emit("track", stream);
    });
    peers.on("step", (event) => {
      this.#step(event);
    });
    peers.on("trouble", (reason) => {
      this.emit("trouble", reason);
    });
    peers.on("lost", (why) => {
      this.#why = why;
    });
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
    this.peers.follow(after.peer);
    this.#socketWay.follow(after.socket);
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

  #tell(before: Ladder, after: Ladder): void {
    const had = carries(before);
    if (!carries(after)) {
      if (!had) return;
      this.#reporter.broken();
      this.emit("interrupted", undefined);
      return;
    }
    const wasSocket = before.socket === "on";
    const isSocket = after.socket === "on";
    if (had && isSocket === wasSocket) return;
    this.#reporter.step(after, this.peers);
    const { stream } = isSocket ? this.#socketWay : this.peers;
    if (stream && isSocket !== wasSocket) this.emit("track", stream);
    if (!had) this.emit("connected", undefined);
  }
}
