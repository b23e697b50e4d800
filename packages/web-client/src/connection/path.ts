import type { Environment } from "../environment.ts";
import type { DataChannel } from "./data-channel.ts";
import type { Negotiation } from "./negotiation.ts";
import { PathWatch } from "./path-watch.ts";

/** A path that has gone silent may come back by itself for this long. */
const graceMs = 2500;
/** A restart of ICE that has not led to a path by then never will. */
const restartWithinMs = 8000;

const noPath = "No network path to the server was found.";
const brokenPath = "The network path broke and no other was found.";

export interface PathOptions {
  readonly environment: Environment;
  readonly connection: RTCPeerConnection;
  readonly receiver: RTCRtpReceiver;
  readonly channel: DataChannel;
  readonly negotiation: Negotiation;
  /** The server's sound never pauses, so that silence means a broken path. */
  readonly watch: boolean;
  /** The network may be another; so the socket's too. */
  readonly doubt?: () => void;
  /** Media and messages can flow; again after each recovery. */
  readonly connected: () => void;
  /** It broke, and ICE is being restarted. */
  readonly interrupted: () => void;
  /** Why there is none, nor will be. */
  readonly failed: (why: string) => void;
  readonly signal: AbortSignal;
}

/** The way through the network: whether there is one, and the look for another when it breaks. */
export class Path {
  readonly #options: PathOptions;
  #watch: PathWatch | undefined;
  #restarting = false;
  #everConnected = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: PathOptions) {
    this.#options = options;
    const { connection, signal } = options;
    connection.addEventListener(
      "connectionstatechange",
      () => {
        this.#follow();
      },
      { signal },
    );
    signal.addEventListener("abort", () => {
      this.#clearTimer();
    });
  }

  /** The network may be another. */
  doubt(): void {
    if (!this.#watch?.knows) return;
    this.#watch.note({ type: "doubted" });
    this.#options.doubt?.();
  }

  /** The server's answer is in force. */
  answered(): void {
    this.#watch?.note({ type: "answered" });
    // A path that came back by itself meanwhile tells nothing any more.
    this.checkConnected();
  }

  /** There is another socket: what was said on the one before may be lost. */
  sayAgain(): void {
    const { negotiation } = this.#options;
    const isWaiting = this.#restarting || negotiation.offering;
    if (isWaiting && !negotiation.sayAgain()) this.#restart();
  }

  /** Media and messages both may be there now. */
  checkConnected(): void {
    const { connection, channel, watch } = this.#options;
    if (connection.connectionState !== "connected" || !channel.isOpen) return;
    if (this.#restarting && this.#watch?.knows) return;
    this.#clearTimer();
    this.#restarting = false;
    this.#everConnected = true;
    if (watch) this.#watch ??= this.#openWatch();
    this.#options.connected();
  }

  /** What a watched path is like its sound tells, sooner than the browser. */
  #follow(): void {
    const watched = this.#watch?.knows;
    const { offering } = this.#options.negotiation;
    switch (this.#options.connection.connectionState) {
      case "connected":
        this.checkConnected();
        return;
      case "disconnected":
        if (watched) this.doubt();
        else if (!this.#restarting) {
          this.#setTimer(graceMs, () => {
            this.#restart();
          });
        }
        return;
      case "failed":
        if (!this.#restarting || (watched && !offering)) this.#restart();
        else if (!offering) this.#options.failed(noPath);
        return;
      case "closed":
        this.#options.failed("The call was closed.");
        return;
      default:
    }
  }

  #openWatch(): PathWatch {
    const { connection, doubt, environment } = this.#options;
    return new PathWatch({
      ...this.#options,
      clock: environment.clock,
      looked: (verdict, flows) => {
        if (flows && this.#restarting && connection.connectionState !== "failed") {
          this.#restarting = false; // over the new path, or over the old one, which is as good
          this.#options.connected();
        }
        if (verdict === "hopeless") {
          this.#options.failed(brokenPath);
        } else if (verdict !== "well") {
          doubt?.();
          if (verdict === "restart") this.#restart();
        }
      },
    });
  }

  /** Looks for another path with the same session, tracks and channel. */
  #restart(): void {
    const { connection, negotiation } = this.#options;
    if (!this.#everConnected) {
      this.#options.failed(noPath);
      return;
    }
    if (this.#watch?.knows) this.#watch.note({ type: "restarted" });
    else if (this.#restarting) return;
    else {
      this.#setTimer(restartWithinMs, () => {
        this.#options.failed(brokenPath);
      });
    }
    if (!this.#restarting) this.#options.interrupted();
    this.#restarting = true;
    connection.restartIce();
    void negotiation.offer();
  }

  #setTimer(ms: number, callback: () => void): void {
    this.#clearTimer();
    this.#cancelTimer = this.#options.environment.clock.after(ms, callback);
  }

  #clearTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
