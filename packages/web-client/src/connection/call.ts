import { Emitter, type ClientMessage, type Feature, type Logger } from "@metered/llmrtc-core";
import type { ReconnectionConfig, TurnDetection, WebClientConfig } from "../config.ts";
import type { Environment } from "../environment.ts";
import { LLMRTCClientError } from "../errors.ts";
import type { ConnectionReport, SessionMode } from "../events.ts";
import type { Sound } from "../media/sound.ts";
import { addressFrom } from "./address.ts";
import { connectError } from "./connect-error.ts";
import type { ConversationMessage } from "./inbox.ts";
import { Link } from "./link.ts";
import {
  connectionState,
  mayStart,
  nextProgress,
  type Progress,
  type ProgressEvent,
} from "./reconnection.ts";
import type { ConnectionState } from "./state.ts";
import { Troubles } from "./troubles.ts";

export type CallEvents = {
  state: ConnectionState;
  message: ConversationMessage;
  track: MediaStream;
  report: ConnectionReport;
  reconnecting: {
    readonly attempt: number;
    readonly maxAttempts: number;
    readonly reason: LLMRTCClientError;
  };
  reconnected: { readonly historyRecovered: boolean };
  /** There is no call any more and nobody tries to bring it back. */
  failed: LLMRTCClientError;
};

export interface CallOptions {
  readonly environment: Environment;
  readonly config: WebClientConfig;
  readonly reconnection: ReconnectionConfig;
  readonly logger: Logger;
  readonly sound: Sound;
}

interface Starting {
  readonly resolve: () => void;
  readonly reject: (error: LLMRTCClientError) => void;
}

/** Keeps one conversation connected over as many links as that takes. */
export class Call extends Emitter<CallEvents> {
  readonly #options: CallOptions;
  #progress: Progress = { phase: "disconnected" };
  #link: Link | undefined;
  #track: MediaStreamTrack | null = null;
  /** The conversation to go on with; outlives `failed`, not `close`. */
  #session: string | undefined;
  #starting: Starting | undefined;
  #cancelWait: (() => void) | undefined;
  /** Of the last loss. */
  #reason = new LLMRTCClientError("CONNECTION_FAILED", "Lost.");
  #report: ConnectionReport | undefined;
  /** What went wrong at this end, for the server's operator. */
  readonly troubles = new Troubles();

  /** Told at each connection. */
  turnDetection: TurnDetection;

  constructor(options: CallOptions) {
    super();
    this.#options = options;
    this.turnDetection = options.config.turnDetection ?? "auto";
  }

  get state(): ConnectionState {
    return connectionState(this.#progress);
  }

  get sessionId(): string | null {
    return this.#session ?? null;
  }

  get features(): ReadonlySet<Feature> {
    return this.#link?.terms?.features ?? new Set();
  }

  get iceServers(): readonly RTCIceServer[] {
    return this.#link?.iceServers ?? [];
  }

  get mode(): SessionMode {
    return this.#link?.terms?.mode ?? "pipeline";
  }

  /** As of the last link that connected; outlives the link. */
  get report(): ConnectionReport | undefined {
    return this.#report;
  }

  get roundTripTimeMs(): number | undefined {
    return this.#link?.roundTripTimeMs;
  }

  /** Settles when the call is connected, has failed for good (after all retries) or was closed. */
  start(): Promise<void> {
    if (!mayStart(this.#progress)) {
      return Promise.reject(
        new LLMRTCClientError("INVALID_STATE", `This does not fit the state ${this.state}.`),
      );
    }
    return new Promise((resolve, reject) => {
      this.#starting = { resolve, reject };
      this.#step({ type: "start" });
    });
  }

  close(): void {
    this.#cancelWait?.();
    this.#link?.hangUp();
    this.#link = undefined;
    this.#session = undefined;
    this.#report = undefined;
    this.#settle(new LLMRTCClientError("CLOSED", "The call was closed."));
    this.#step({ type: "close" });
  }

  /** Part of the conversation, in order. */
  send(message: ClientMessage): boolean {
    return this.#link?.say(message) ?? false;
  }

  /** On the data channel where it does, else on the socket. */
  sendData(message: ClientMessage): boolean {
    return this.#link?.sendData(message) ?? false;
  }

  /** Place in the agent's sound that is being played; null when nothing is. */
  get playedPosition(): number | null {
    return this.#link?.playedPosition ?? null;
  }

  /** What the caller is heard with, now and after each reconnection. */
  setTrack(track: MediaStreamTrack | null): void {
    this.#track = track;
    this.#link?.setTrack(track);
  }

  #step(event: ProgressEvent): void {
    const before = this.#progress;
    const after = nextProgress(before, event, this.#options.reconnection);
    if (after === before || (after.phase === "closed" && before.phase === "closed")) return;
    this.#progress = after;
    if (connectionState(after) !== connectionState(before)) {
      this.emit("state", connectionState(after));
      if (this.#progress !== after) return; // a listener has moved on, e.g. closed the call
    }
    if (after.phase === "connecting") void this.#connect(after);
    if (after.phase === "waiting") this.#wait(after);
    if (after.phase === "failed") this.#fail(before);
  }

  async #connect(attempt: Progress): Promise<void> {
    const { config, environment } = this.#options;
    try {
      const { signallingUrl, protocols = [] } = config;
      const connectTo = (url: string): WebSocket => environment.openSocket(url, [protocols].flat());
      const address = () => addressFrom(signallingUrl, environment.clock);
      const said = address();
      const url = typeof said === "string" ? said : await said;
      if (this.#progress !== attempt) return;
      const link = new Link({
        ...this.#options,
        socket: connectTo(url),
        // A token in the URL may have ended meanwhile.
        open: async () => connectTo(await address()),
        turnDetection: this.turnDetection,
        troubles: this.troubles,
        resume: this.#session,
        track: this.#track,
      });
      this.#follow(link, this.#session !== undefined);
    } catch (error) {
      if (this.#progress === attempt) this.#lost(connectError(error));
    }
  }

  #follow(link: Link, resuming: boolean): void {
    this.#link = link;
    let back = resuming;
    link.on("message", (message) => {
      this.emit("message", message);
    });
    link.on("track", (stream) => {
      this.emit("track", stream);
    });
    link.on("report", (report) => {
      this.#report = report;
      this.emit("report", report);
    });
    link.on("connected", () => {
      this.#session = link.terms?.sessionId;
      this.#step({ type: "connected" });
      if (this.#link !== link) return;
      const historyRecovered = link.terms?.historyRecovered === true;
      if (back) this.emit("reconnected", { historyRecovered });
      back = false;
      this.#settle();
    });
    link.on("interrupted", () => {
      this.#step({ type: "interrupted" });
    });
    link.on("lost", (error) => {
      this.#link = undefined;
      this.#lost(error);
    });
  }

  #lost(reason: LLMRTCClientError): void {
    this.#options.logger.info({ code: reason.code, reason: reason.reason }, reason.message);
    this.#reason = reason;
    const { random } = this.#options.environment;
    // A full server is not pressed by new callers; who comes back may find his place.
    const refused = reason.code === "SERVER_BUSY" && this.#starting !== undefined;
    this.#step({ type: "lost", retryable: reason.recoverable && !refused, random: random() });
  }

  #wait({ retries, delayMs }: Extract<Progress, { readonly phase: "waiting" }>): void {
    this.#cancelWait = this.#options.environment.clock.after(delayMs, () => {
      this.#step({ type: "wait-over" });
    });
    const { maxRetries } = this.#options.reconnection;
    this.emit("reconnecting", { attempt: retries, maxAttempts: maxRetries, reason: this.#reason });
  }

  #fail(before: Progress): void {
    const reason = this.#reason;
    const retried = before.phase === "connecting" && before.retries > 0 && reason.recoverable;
    const error = retried
      ? new LLMRTCClientError(
          "RECONNECTION_FAILED",
          `Gave up after ${before.retries} retries: ${reason.message}`,
          { cause: reason, reason: reason.reason },
        )
      : reason;
    this.emit("failed", error);
    this.#settle(error);
  }

  #settle(error?: LLMRTCClientError): void {
    const starting = this.#starting;
    this.#starting = undefined;
    if (error) starting?.reject(error);
    else starting?.resolve();
  }
}
