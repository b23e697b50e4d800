import {
  Emitter,
  type ClientMessage,
  type ConnectionReason,
  type ErrorCode,
  type Feature,
  type Logger,
  type ServerMessage,
} from "@metered/llmrtc-core";
import type { TurnDetection, WebClientConfig } from "../config.ts";
import type { Environment } from "../environment.ts";
import { endsCall, LLMRTCClientError, serverError } from "../errors.ts";
import type { ConnectionReport } from "../events.ts";
import type { Sound } from "../media/sound.ts";
import { Climb } from "./climb.ts";
import { Handshake } from "./handshake.ts";
import { Inbox, type ConversationMessage } from "./inbox.ts";
import { Lifeline } from "./lifeline.ts";
import { planOf } from "./plan.ts";
import type { Signalling } from "./signalling.ts";
import type { Terms } from "./terms.ts";
import type { Troubles } from "./troubles.ts";

/**
 * Of the whole, from opening the socket to sound and messages: nobody waits for nothing longer than this. A
 * little less than the server's 15 s, so that it hears why before it has to guess.
 */
const connectedWithinMs = 14_800;

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
  readonly #handshake: Handshake;
  #climb: Climb | undefined;
  #track: MediaStreamTrack | null;
  readonly #inbox: Inbox;
  readonly #cancelDeadline: () => void;
  #ending: LLMRTCClientError | undefined;
  #over = false;

  constructor(options: LinkOptions) {
    super();
    const { environment, socket, open, track, logger } = options;
    const { clock } = environment;
    this.#options = options;
    this.#track = track;
    this.#inbox = new Inbox(logger, (message) => {
      if (!this.#over) this.#take(message);
    });
    this.#lifeline = new Lifeline({
      clock,
      socket,
      open,
      outlivesSocket: () => this.#climb?.outlivesSocket,
      sessionId: () => this.terms?.sessionId ?? "",
      kept: () => {
        this.#climb?.sayAgain();
      },
      lost: (error) => {
        this.#end(error);
      },
    });
    this.#signalling = this.#lifeline.signalling;
    this.#signalling.on("frame", (frame) => {
      this.#inbox.receive("socket", frame);
    });
    this.#handshake = new Handshake({
      ...options,
      clock,
      send: (message) => this.send(message),
    });
    this.#followHandshake();
    this.#cancelDeadline = clock.after(connectedWithinMs, () => {
      const reason = this.#climb?.peers.reason ?? "other";
      options.troubles.note(reason);
      this.#lose("CONNECTION_FAILED", "The call could not be connected in time.", reason);
    });
  }

  /** Undefined until the server has greeted. */
  get terms(): Terms | undefined {
    return this.#handshake.terms;
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
    if (this.terms?.isV1 === false) this.send({ type: "bye" });
    this.close();
  }

  /** Lets go of everything. The server keeps the session for a while. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelDeadline();
    this.#handshake.close();
    this.#climb?.close();
    this.#lifeline.close();
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case "ready":
        this.#handshake.greet(message);
        return;
      case "reconnect-ack":
        this.#handshake.acknowledge(message);
        this.#lifeline.acknowledge(message);
        return;
      case "signal":
      case "candidate":
      case "ice-servers":
      case "audio-started":
        this.#climb?.take(message);
        return;
      case "tts-paused":
      case "tts-resumed":
      case "tts-cancelled":
        this.#climb?.silence(message.type);
        this.emit("message", message);
        return;
      case "pong":
        this.#lifeline.heartbeat.pong(message.timestamp);
        return;
      case "error":
        if (endsCall(message.code)) this.#ending = serverError(message.code, message.message);
        this.emit("message", message);
        if (message.code === "WEBRTC_UNAVAILABLE" && this.#ending) this.#end(this.#ending);
        return;
      default:
        this.emit("message", message);
    }
  }

  #followHandshake(): void {
    this.#handshake.on("greeted", () => {
      this.#options.troubles.tellTo((reason) => {
        return this.#can("reports") && this.send({ type: "connection-trouble", reason });
      });
      if (!this.#can("one-channel")) this.#inbox.expectCopies();
    });
    this.#handshake.on("agreed", (terms) => {
      this.#call(terms);
    });
    this.#handshake.on("silent", () => {
      this.#lose("SIGNALLING_FAILED", "The server did not answer in time.");
    });
  }

  #call(terms: Terms): void {
    const plan = planOf(this.#options.config, terms);
    if (!plan.rules.webrtc && !plan.rules.socket) {
      this.#options.troubles.note("unsupported");
      this.#lose("UNSUPPORTED_BY_SERVER", "The server takes no sound over the WebSocket.");
      return;
    }
    const climb = new Climb({
      ...this.#options,
      ...plan,
      signalling: this.#signalling,
      doubt: () => {
        this.#lifeline.doubt();
      },
    });
    climb.setTrack(this.#track);
    this.#climb = climb;
    climb.on("message", (frame) => {
      this.#inbox.receive("data", frame);
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
      this.#cancelDeadline();
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

  #can(feature: Feature): boolean {
    return this.terms?.features.has(feature) === true;
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
}
