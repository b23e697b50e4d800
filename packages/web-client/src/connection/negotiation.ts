import type { CandidateInit, ClientMessage, Logger } from "@metered/llmrtc-core";
import type { Environment } from "../environment.ts";
import { gathered } from "./gathering.ts";

export interface NegotiationOptions {
  readonly connection: RTCPeerConnection;
  readonly environment: Environment;
  /** Whether the server takes candidates one by one. */
  readonly trickle: boolean;
  /** The server says which offer it answers. */
  readonly numbered: boolean;
  /** The server has, or had, another peer, which this one replaces. */
  readonly fresh: boolean;
  readonly send: (message: ClientMessage) => void;
  /** An answer is in force. */
  readonly answered: () => void;
  /** The browser could not go on; says why. */
  readonly failed: (why: string) => void;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** An offer that got lost is sent again as it is; an older one may know networks that are no more. */
const freshOfferMs = 3000;

/** Offers, their answers, and the candidates of both ends, each in its time. Only this end offers. */
export class Negotiation {
  readonly #options: NegotiationOptions;
  /** Server's candidates that came before the answer they belong to. */
  #early: CandidateInit[] = [];
  /** Own candidates that came before their offer was sent. */
  #unsent: (CandidateInit | null)[] | undefined;
  #signals: Promise<void> = Promise.resolve();
  /** Of the last offer: only its answer counts. */
  #number = 0;
  #sentAt: number | undefined;
  #fresh: boolean;
  #offering = false;

  constructor(options: NegotiationOptions) {
    this.#options = options;
    this.#fresh = options.fresh;
    const { connection, signal } = options;
    connection.addEventListener(
      "icecandidate",
      ({ candidate }) => {
        this.#trickle(candidate && (candidate.toJSON() as CandidateInit));
      },
      { signal },
    );
  }

  /** The last offer has no answer yet. */
  get offering(): boolean {
    return this.#offering;
  }

  async offer(): Promise<void> {
    const { connection, trickle, environment, signal, failed, logger } = this.#options;
    const number = ++this.#number;
    this.#offering = true;
    this.#unsent = [];
    this.#sentAt = undefined;
    try {
      await connection.setLocalDescription();
      if (!trickle) await gathered(connection, { clock: environment.clock, signal });
      if (signal.aborted || number !== this.#number) return;
      this.#send();
      const waiting = this.#unsent;
      this.#unsent = undefined;
      for (const candidate of waiting) this.#trickle(candidate);
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ error }, "The browser made no offer");
      failed("The browser could not make an offer.");
    }
  }

  /**
   * There is another socket: what was said on the one before may be lost. Sends the offer that waits for
   * its answer, with all candidates that are known by now.
   *
   * @returns false when that makes no sense: it has been answered, or is old
   */
  sayAgain(): boolean {
    if (this.#offering && this.#sentAt === undefined) return true; // it is about to be sent
    const ageMs = this.#options.environment.clock.now() - (this.#sentAt ?? 0);
    if (!this.#offering || ageMs > freshOfferMs) return false;
    this.#send();
    return true;
  }

  /** The server's answer to an offer; to the last one, if the server does not say. */
  accept(sdp: string, number = this.#number): void {
    const { connection, answered } = this.#options;
    this.#inOrder(async () => {
      if (number !== this.#number || connection.signalingState !== "have-local-offer") return;
      await connection.setRemoteDescription({ type: "answer", sdp });
      this.#offering = false;
      for (const candidate of this.#early.splice(0)) await this.#add(candidate);
      answered();
    });
  }

  /** One of the server's candidates, or null after the last. */
  addCandidate(candidate: CandidateInit | null): void {
    if (candidate === null) return; // without it the browser merely waits for late ones a while longer
    this.#inOrder(async () => {
      if (this.#options.connection.remoteDescription && !this.#offering) await this.#add(candidate);
      else this.#early.push(candidate);
    });
  }

  #send(): void {
    const { connection, environment, numbered, send } = this.#options;
    const sdp = connection.localDescription?.sdp;
    if (sdp === undefined) return;
    const fresh = this.#fresh && { fresh: true };
    const number = numbered && { number: this.#number };
    this.#fresh = false;
    this.#sentAt = environment.clock.now();
    send({ type: "offer", signal: { type: "offer", sdp }, ...fresh, ...number });
  }

  #trickle(candidate: CandidateInit | null): void {
    const { trickle, send } = this.#options;
    if (!trickle) return;
    if (this.#unsent) this.#unsent.push(candidate);
    else send({ type: "candidate", candidate });
  }

  /** One after the other: a candidate must not overtake the answer that it belongs to. */
  #inOrder(step: () => Promise<void>): void {
    const { signal, logger, failed } = this.#options;
    this.#signals = this.#signals.then(step).catch((error: unknown) => {
      if (signal.aborted) return;
      logger.warn({ error }, "The server's answer was refused");
      failed("The browser refused the server's answer.");
    });
  }

  async #add(candidate: CandidateInit): Promise<void> {
    const { connection, logger } = this.#options;
    try {
      await connection.addIceCandidate(candidate as RTCIceCandidateInit);
    } catch (error) {
      // The others may do: a candidate of an unknown kind is no reason to end the call.
      logger.debug({ error }, "A candidate of the server was refused");
    }
  }
}
