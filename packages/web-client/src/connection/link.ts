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
import type { TurnDetection, WebClientConfig } from "../config.ts";
import type { Environment } from "../environment.ts";
import { LLMRTCClientError, serverError } from "../errors.ts";
import type { ConnectionReport } from "../events.ts";
import type { Sound } from "../media/sound.ts";
import { Climb } from "./climb.ts";
import { Copies, type Channel } from "./copies.ts";
import { hasRelay, iceServersFrom } from "./ice-servers.ts";
import { Lifeline } from "./lifeline.ts";
import type { Signalling } from "./signalling.ts";
import { returned, termsOf, type Terms } from "./terms.ts";
import type { Troubles } from "./troubles.ts";

const readyWithinMs = 10_000;
const ackWithinMs = 5000;
/** Of the whole, from opening the socket to sound and messages: nobody waits for nothing longer than this. */
const connectedWithinMs = 15_000;

/** The server ends the call after these; coming back would be refused or begin anew at its cost. */
const callEnding: ReadonlySet<string> = new Set<ErrorCode>([
  "BUDGET_EXCEEDED",
  "ACCESS_REFUSED",
  "WEBRTC_UNAVAILABLE",
]);

type SignallingType =
  "ready" | "pong" | "signal" | "candidate" | "ice-servers" | "reconnect-ack" | "audio-started";
type Message<Type> = Extract<ServerMessage, { readonly type: Type }>;

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
  readonly config: WebClientConfig;
  readonly turnDetection: TurnDetection;
  /** The session to go on with. */
  readonly resume: string | undefined;
  /** The microphone, if there is one already. */
  readonly track: MediaStreamTrack | null;
  /** The audio context of the call. */
  readonly sound: Sound;
  readonly troubles: Troubles;
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
  #terms: Terms | undefined;
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
      sessionId: () => this.#terms?.sessionId ?? "",
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

  /** Undefined until the server has greeted. */
  get terms(): Terms | undefined {
    return this.#terms;
  }

  get iceServers(): readonly RTCIceServer[] {
    return this.#climb?.peers.iceServers ?? [];
  }

  get roundTripTimeMs(): number | undefined {
    return this.#lifeline.heartbeat.roundTripTimeMs;
  }

  /** On the socket. False when it is not open. */
  send(message: ClientMessage): boolean {
    return this.#signalling.send(message);
  }

  /** Older servers take on the socket what is part of the conversation. */
  say(message: ClientMessage): boolean {
    return this.#can("resume") ? this.sendData(message) : this.send(message);
  }

  /** On the data channel, or on the socket where that does not do. */
  sendData(message: ClientMessage): boolean {
    return this.#climb?.sendMessage(JSON.stringify(message)) === true || this.send(message);
  }

  /** Place in the agent's sound that is being played; null when nothing is. */
  get playedPosition(): number | null {
    return this.#climb?.playedPosition ?? null;
  }

  setTrack(track: MediaStreamTrack | null): void {
    this.#track = track;
    this.#climb?.setTrack(track);
  }

  /** Ends the call for good: the server need not keep the session. */
  hangUp(): void {
    if (this.#terms?.isV1 === false) this.send({ type: "bye" });
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
        if (!this.#ownIceServers) {
          this.#climb?.peers.setIceServers(iceServersFrom(message.iceServers));
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

  #onReady(ready: Message<"ready">): void {
    if (this.#terms) return;
    const { resume, turnDetection, troubles } = this.#options;
    const terms = termsOf(ready);
    this.#terms = terms;
    if (!terms.isV1) this.send({ type: "hello", features: [...features], turnDetection });
    troubles.tellTo((reason) => {
      return this.#can("reports") && this.send({ type: "connection-trouble", reason });
    });
    if (!this.#can("one-channel")) this.#copies = new Copies();
    if (resume === undefined) {
      this.#call(terms);
      return;
    }
    this.send({ type: "reconnect", sessionId: resume });
    this.#within(ackWithinMs, () => {
      this.#call(terms);
    });
  }

  #onAck(ack: Message<"reconnect-ack">): void {
    if (this.#climb) this.#lifeline.acknowledge(ack);
    else if (this.#terms) {
      this.#terms = returned(this.#terms, ack);
      this.#call(this.#terms);
    }
  }

  #call(terms: Terms): void {
    const spentMs = this.#options.environment.clock.now() - this.#openedAt;
    this.#within(Math.max(0, connectedWithinMs - spentMs), () => {
      const reason = this.#climb?.peers.reason ?? "other";
      this.#options.troubles.note(reason);
      this.#lose("CONNECTION_FAILED", "The call could not be connected in time.", reason);
    });
    const { transport, iceTransportPolicy = terms.iceTransportPolicy } = this.#options.config;
    const iceServers = this.#ownIceServers ?? terms.iceServers;
    const socket = this.#can("websocket-audio") && transport !== "webrtc";
    const rules = {
      webrtc: transport !== "websocket",
      socket,
      relays: socket && hasRelay(iceServers),
    };
    if (!rules.webrtc && !rules.socket) {
      this.#lose("UNSUPPORTED_BY_SERVER", "The server takes no sound over the WebSocket.");
      return;
    }
    const climb = new Climb({
      ...this.#options,
      rules,
      signalling: this.#signalling,
      iceServers,
      iceTransportPolicy,
      trickle: this.#can("trickle"),
      watch: this.#can("resume"),
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
      if (!this.#can("reports")) return;
      const { relayed: _, ...told } = report;
      this.send({ type: "connection-report", ...told });
    });
    climb.on("trouble", (reason) => {
      this.#options.troubles.note(reason);
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

  /** Used instead of the server's. */
  get #ownIceServers(): readonly RTCIceServer[] | undefined {
    const { iceServers } = this.#options.config;
    return iceServers?.length ? iceServers : undefined;
  }

  #can(feature: Feature): boolean {
    return this.#terms?.features.has(feature) === true;
  }

  #lose(code: ErrorCode, why: string, reason?: ConnectionReason): void {
    this.#end(new LLMRTCClientError(code, why, { reason }));
  }

  #end(error: LLMRTCClientError): void {
    if (this.#over) return;
    this.close();
    if (error.code === "SIGNALLING_FAILED") this.#options.troubles.note("signalling");
    this.emit("lost", this.#ending ?? error);
  }

  /** One deadline at a time: each step of connecting replaces the one before. */
  #within(ms: number, tooLate: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.environment.clock.after(ms, tooLate);
  }
}
