import type { ServerMessage } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Signalling, type SignallingOptions } from "./signalling.ts";

export interface LifelineOptions extends SignallingOptions {
  /** The call can do without a socket for now. */
  readonly outlivesSocket: () => boolean | undefined;
  readonly sessionId: () => string;
  /** There is another socket, and the server goes on with the call. */
  readonly kept: () => void;
  /** There is no connection to the server's call any more. */
  readonly lost: (error: LLMRTCClientError) => void;
}

type Ack = Extract<ServerMessage, { readonly type: "reconnect-ack" }>;

/** A socket that answers no ping in this, beyond the usual time, may be on a network that is no more. */
const pongWithinMs = 500;

/** Watches the socket, and comes back with another one while the call goes on without it. */
export class Lifeline {
  readonly signalling: Signalling;
  readonly #options: LifelineOptions;
  /** Missed from the moment on that the call is connected. */
  readonly heartbeat: Heartbeat;
  /** A new socket is there, and the server has not said whether it goes on with it. */
  #returning = false;

  constructor(options: LifelineOptions) {
    this.#options = options;
    this.signalling = new Signalling(options);
    this.heartbeat = new Heartbeat({
      clock: options.clock,
      sendPing: (timestamp) => void this.signalling.send({ type: "ping", timestamp }),
      onSilence: () => {
        this.#miss(lost("The server does not answer."));
      },
    });
    this.signalling.on("renewed", () => {
      this.#returning = true;
      const sessionId = options.sessionId();
      this.signalling.send({ type: "reconnect", sessionId, peer: true });
      this.heartbeat.start(); // a server that does not answer this will not answer pings either
    });
    this.signalling.on("lost", (error) => {
      this.#miss(error);
    });
  }

  /** The network may be another: is the socket there? */
  doubt(): void {
    this.heartbeat.probe(pongWithinMs + (this.heartbeat.roundTripTimeMs ?? 0), () => {
      if (this.#options.outlivesSocket()) this.signalling.renew();
    });
  }

  /** What the server says to the return of a call that is there. */
  acknowledge({ peerKept }: Ack): void {
    if (!this.#returning) return;
    this.#returning = false;
    if (peerKept) this.#options.kept();
    else this.#options.lost(lost("The server has forgotten the call."));
  }

  close(): void {
    this.heartbeat.stop();
    this.signalling.close();
  }

  #miss(error: LLMRTCClientError): void {
    if (error.recoverable && this.#options.outlivesSocket()) this.signalling.renew();
    else this.#options.lost(error);
  }
}

function lost(why: string): LLMRTCClientError {
  return new LLMRTCClientError("SIGNALLING_FAILED", why);
}
