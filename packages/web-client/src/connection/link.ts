import {
  Emitter,
  features,
  parseServerMessage,
  type ClientMessage,
  type ConnectionReason,
  type ErrorCode,
  type Feature,
  type Logger,
  type ServerMessage,
} from "@metered/llmrtc-core";
import type { TurnDetection } from "../config.ts";
import type { Environment } from "../environment.ts";
import { LLMRTCClientError, serverError } from "../errors.ts";
import type { ConnectionReport, SessionMode } from "../events.ts";
import type { Sound } from "../media/sound.ts";
import { Climb } from "./climb.ts";
import { Copies, type Channel } from "./copies.ts";
import { Lifeline } from "./lifeline.ts";
import type { Signalling } from "./signalling.ts";

const readyWithinMs = 10_000;
const ackWithinMs = 5000;
/** Of the whole, from opening the socket to sound and messages: nobody waits for nothing longer than this. */
const connectedWithinMs = 15_000;
/** Told at the next greeting; more would say the same. */
const mostUntold = 8;
const defaultIceServers: readonly RTCIceServer[] = [{ urls: "stun:stun.metered.ca:80" }];

/** The server ends the call after these; coming back would be refused or begin anew at its cost. */
const callEnding: ReadonlySet<string> = new Set<ErrorCode>([
  "BUDGET_EXCEEDED",
  "ACCESS_REFUSED",
  "WEBRTC_UNAVAILABLE",
]);

type SignallingType =
  "ready" | "pong" | "signal" | "candidate" | "ice-servers" | "reconnect-ack" | "audio-started";
type Ready = Extract<ServerMessage, { readonly type: "ready" }>;
type Ack = Extract<ServerMessage, { readonly type: "reconnect-ack" }>;

/** What concerns the conversation, not the connection. */
export type ConversationMessage = Exclude<ServerMessage, { readonly type: SignallingType }>;

export type LinkEvents = {
  message: ConversationMessage;
  track: MediaStream;
  report: ConnectionReport;
  /** All is up; again after each `interrupted`. */
  connected: undefined;
  /** No sound for now: another network path is being looked for. */
  interrupted: undefined;
  /** The last event, unless `close` was called. */
  lost: LLMRTCClientError;
};

export interface LinkOptions {
  readonly environment: Environment;
  readonly socket: WebSocket;
  /** Another socket to the same server. */
  readonly open: () => Promise<WebSocket>;
  /** Used instead of the server's list when not empty. */
  readonly iceServers: readonly RTCIceServer[];
  /** Used instead of the server's wish when defined. */
  readonly iceTransportPolicy: RTCIceTransportPolicy | undefined;
  readonly turnDetection: TurnDetection;
  /** The session to go on with. */
  readonly resume: string | undefined;
  /** The microphone, if there is one already. */
  readonly track: MediaStreamTrack | null;
  /** `auto`: WebRTC, and the socket where that does not do. */
  readonly transport: "auto" | "webrtc" | "websocket";
  /** The audio context of the call. */
  readonly sound: Sound;
  /** Troubles that the server does not know of yet: told when it can be, kept otherwise. */
  readonly untold: ConnectionReason[];
  readonly logger: Logger;
}

/**
 * One connection to the server, from opening the socket to the end: signalling, the ways for sound, heartbeat.
 * It is never revived; whoever wants to come back makes another one.
 */
export class Link extends Emitter<LinkEvents> {
  readonly #options: LinkOptions;
  readonly #signalling: Signalling;
  readonly #lifeline: Lifeline;
  readonly #openedAt: number;
  #climb: Climb | undefined;
  #track: MediaStreamTrack | null;
  /** Present with servers that send each message on both channels. */
  #copies: Copies | undefined;
  #ready: Ready | undefined;
  #ack: Ack | undefined;
  #cancelTimer: (() => void) | undefined;
  #ending: LLMRTCClientError | undefined;
  #over = false;

  constructor(options: LinkOptions) {
    super();
    const { environment, socket, open, track } = options;
    this.#options = options;
    this.#track = track;
    this.#openedAt = environment.clock.now();
    this.#lifeline = new Lifeline({
      clock: environment.clock,
      socket,
      open,
      outlivesSocket: () => this.#climb?.outlivesSocket,
      sessionId: () => this.sessionId ?? "",
      kept: () => {
        this.#climb?.sayAgain();
      },
      lost: (error) => {
        this.#end(error);
      },
    });
    this.#signalling = this.#lifeline.signalling;
    this.#signalling.on("frame", (frame) => {
      this.#receive("socket", frame);
    });
    this.#within(readyWithinMs, () => {
      this.#lose("SIGNALLING_FAILED", "The server did not answer in time.");
    });
  }

  /** Null until the server has said. */
  get sessionId(): string | null {
    return this.#ack?.sessionId ?? this.#ready?.id ?? null;
  }

  /** Whether the server remembers the conversation of `resume`. */
  get historyRecovered(): boolean {
    return this.#ack?.success === true && this.#ack.historyRecovered;
  }

  get iceServers(): readonly RTCIceServer[] {
    return this.#climb?.peers.iceServers ?? [];
  }

  get mode(): SessionMode {
    return this.#ready?.mode ?? "pipeline";
  }

  get roundTripTimeMs(): number | undefined {
    return this.#lifeline.heartbeat.roundTripTimeMs;
  }

  /** What the server can do beyond protocol v1. */
  get features(): ReadonlySet<Feature> {
    const theirs = this.#ready?.features ?? [];
    return new Set(features.filter((feature) => theirs.includes(feature)));
  }

  /** On the socket. False when it is not open. */
  send(message: ClientMessage): boolean {
    return this.#signalling.send(message);
  }

  /** Older servers take on the socket what is part of the conversation. */
  say(message: ClientMessage): boolean {
    return this.features.has("resume") ? this.sendData(message) : this.send(message);
  }

  /** On the data channel, or on the socket where that does not do. */
  sendData(message: ClientMessage): boolean {
    return this.#climb?.sendMessage(JSON.stringify(message)) === true || this.send(message);
  }

  /** Place in the agent's sound that is being played; null when nothing is. */
  get playedPosition(): number | null {
    return this.#climb?.playedPosition ?? null;
  }

  /** Tells the server what went wrong at this end, now or when it greets next. */
  tell(reason: ConnectionReason): void {
    this.#options.untold.push(reason);
    this.tellAll();
  }

  /** What it does not know yet. */
  tellAll(): void {
    const { untold } = this.#options;
    untold.splice(mostUntold);
    if (!this.features.has("reports")) return;
    while (untold[0] && this.send({ type: "connection-trouble", reason: untold[0] })) {
      untold.shift();
    }
  }

  setTrack(track: MediaStreamTrack | null): void {
    this.#track = track;
    this.#climb?.setTrack(track);
  }

  /** Ends the call for good: the server need not keep the session. */
  hangUp(): void {
    if (this.#ready?.features) this.send({ type: "bye" });
    this.close();
  }

  /** Lets go of everything. The server keeps the session for a while. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelTimer?.();
    this.#climb?.close();
    this.#lifeline.close();
  }

  #receive(channel: Channel, frame: string): void {
    if (this.#over || this.#copies?.isFirst(channel, frame) === false) return;
    let message: ServerMessage;
    try {
      message = parseServerMessage(frame);
    } catch (error) {
      // A newer server may know more; what this version does not understand is not for it.
      this.#options.logger.debug({ error }, "Ignored a message of the server");
      return;
    }
    switch (message.type) {
      case "ready":
        this.#onReady(message);
        return;
      case "reconnect-ack":
        this.#onAck(message);
        return;
      case "signal":
        this.#climb?.peers.accept(message.signal.sdp, message.number);
        return;
      case "candidate":
        this.#climb?.peers.addCandidate(message.candidate);
        return;
      case "audio-started":
        this.#climb?.socketReady();
        return;
      case "tts-paused":
      case "tts-resumed":
      case "tts-cancelled":
        this.#climb?.silence(message.type);
        this.emit("message", message);
        return;
      case "ice-servers":
        if (this.#options.iceServers.length === 0) {
          this.#climb?.peers.setIceServers(toRTCIceServers(message.iceServers));
        }
        return;
      case "pong":
        this.#lifeline.heartbeat.pong(message.timestamp);
        return;
      case "error":
        if (callEnding.has(message.code)) this.#ending = serverError(message.code, message.message);
        this.emit("message", message);
        if (message.code === "WEBRTC_UNAVAILABLE" && this.#ending) this.#end(this.#ending);
        return;
      default:
        this.emit("message", message);
    }
  }

  #onReady(ready: Ready): void {
    if (this.#ready) return;
    this.#ready = ready;
    const { resume, turnDetection } = this.#options;
    if (ready.features) this.send({ type: "hello", features: [...features], turnDetection });
    this.tellAll();
    if (!this.features.has("one-channel")) this.#copies = new Copies();
    if (resume === undefined) {
      this.#call(ready);
      return;
    }
    this.send({ type: "reconnect", sessionId: resume });
    this.#within(ackWithinMs, () => {
      this.#call(ready);
    });
  }

  #onAck(ack: Ack): void {
    if (this.#climb) this.#lifeline.acknowledge(ack);
    else if (this.#ready) {
      this.#ack = ack;
      this.#call(this.#ready);
    }
  }

  #call({ iceServers, iceTransportPolicy = "all" }: Ready): void {
    const spentMs = this.#options.environment.clock.now() - this.#openedAt;
    this.#within(Math.max(0, connectedWithinMs - spentMs), () => {
      const reason = this.#climb?.peers.reason ?? "other";
      this.tell(reason);
      this.#lose("CONNECTION_FAILED", "The call could not be connected in time.", reason);
    });
    const { environment, logger, sound, transport, iceServers: own } = this.#options;
    const servers = own.length > 0 ? own : toRTCIceServers(iceServers);
    const socket = this.features.has("websocket-audio") && transport !== "webrtc";
    const rules = {
      webrtc: transport !== "websocket",
      socket,
      relays: socket && servers.some(isRelay),
    };
    if (!rules.webrtc && !rules.socket) {
      this.#lose("UNSUPPORTED_BY_SERVER", "The server takes no sound over the WebSocket.");
      return;
    }
    const climb = new Climb({
      environment,
      logger,
      sound,
      rules,
      signalling: this.#signalling,
      iceServers: servers,
      iceTransportPolicy: this.#options.iceTransportPolicy ?? iceTransportPolicy,
      trickle: this.features.has("trickle"),
      watch: this.features.has("resume"),
      doubt: () => {
        this.#lifeline.doubt();
      },
    });
    climb.setTrack(this.#track);
    this.#climb = climb;
    climb.on("message", (frame) => {
      this.#receive("data", frame);
    });
    climb.on("track", (stream) => {
      this.emit("track", stream);
    });
    climb.on("report", (report) => {
      this.emit("report", report);
      if (!this.features.has("reports")) return;
      const { relayed: _, ...told } = report;
      this.send({ type: "connection-report", ...told });
    });
    climb.on("trouble", (reason) => {
      this.tell(reason);
    });
    climb.on("connected", () => {
      this.#cancelTimer?.();
      this.#lifeline.heartbeat.start();
      this.emit("connected", undefined);
    });
    climb.on("interrupted", () => {
      this.emit("interrupted", undefined);
    });
    climb.on("lost", (why) => {
      this.#lose("CONNECTION_FAILED", why, climb.peers.reason);
    });
    climb.start();
  }

  #lose(code: ErrorCode, why: string, reason?: ConnectionReason): void {
    this.#end(new LLMRTCClientError(code, why, { reason }));
  }

  #end(error: LLMRTCClientError): void {
    if (this.#over) return;
    this.close();
    if (error.code === "SIGNALLING_FAILED") this.tell("signalling");
    this.emit("lost", this.#ending ?? error);
  }

  /** One deadline at a time: each step of connecting replaces the one before. */
  #within(ms: number, tooLate: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.environment.clock.after(ms, tooLate);
  }
}

/** Absent: the default. An empty list is the server's wish for host candidates only. */
function toRTCIceServers(servers: Ready["iceServers"]): readonly RTCIceServer[] {
  // From JSON, so what is absent is not there as undefined either.
  return (servers as RTCIceServer[] | undefined) ?? defaultIceServers;
}

function isRelay({ urls }: RTCIceServer): boolean {
  return [urls].flat().some((url) => /^turns?:/i.test(url));
}
