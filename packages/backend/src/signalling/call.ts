import {
  callHook,
  type ClientMessage,
  createTimingInfo,
  features,
  LLMRTCError,
  MetricNames,
  parseClientMessage,
  PROTOCOL_VERSION,
  type ServerMessage,
  type TimingInfo,
} from "@metered/llmrtc-core";
import type { IceRenewal } from "../ice/renewal.ts";
import type { SuppliedIceServers } from "../ice/supply.ts";
import { ConnectionWatch } from "../observe/connection-watch.ts";
import type { SessionOwner } from "../session/registry.ts";
import type { Session } from "../session/session.ts";
import { atMost } from "./at-most.ts";
import type { CallServices } from "./call-services.ts";
import { closeCodes } from "./close-codes.ts";
import type { Outlet } from "./outlet.ts";
import { Ways } from "./ways.ts";

/** The calls of a server that a new socket can take over. */
export interface LiveCalls {
  readonly calls: Set<Call>;
}

/** `ready` waits for the hook as long as for ICE servers at most, both at once. */
const hookWithinMs = 2_000;

/**
 * What a client says is done here, and what outlives its socket is kept here: the session it speaks
 * for and the ways of its sound. As long as the peer connection lives, the call goes on without a socket.
 */
export class Call implements SessionOwner {
  readonly #services: CallServices & LiveCalls;
  readonly #session: Session;
  readonly #ways: Ways;
  readonly #ice: IceRenewal;
  readonly #watch: ConnectionWatch;
  readonly #openedAt = Date.now();
  #iceServers: SuppliedIceServers = { iceServers: [], standing: "fallback" };
  #features: ReadonlySet<string> = new Set();
  #outlet: Outlet | undefined;
  /** Messages are handled one after another; `ready` comes first. */
  #work: Promise<void>;
  #over = false;

  constructor(outlet: Outlet, services: CallServices & LiveCalls) {
    const { sessions, calls, logger, openTransport } = services;
    this.#services = services;
    this.#outlet = outlet;
    this.#session = sessions.create(this, services.session);
    this.#session.on("message", (message) => {
      this.#deliver(message);
    });
    this.#watch = new ConnectionWatch({
      ...services,
      sessionId: () => this.id,
      features: () => this.#features,
    });
    this.#ways = new Ways({ openTransport, logger });
    this.#followWays();
    this.#ice = services.iceServers(this.id, (servers) => {
      this.#renewIceServers(servers);
    });
    calls.add(this);
    this.#work = this.#greet().catch((error: unknown) => {
      logger.error({ error, sessionId: this.id }, "the caller could not be greeted");
      this.#outlet?.close(closeCodes.internalError, "not ready");
    });
  }

  /** The session's id; the client's name in hooks, events and logs. */
  get id(): string {
    return this.#session.id;
  }

  /** Binary frames are sound. */
  get hasAudio(): boolean {
    return this.#ways.hasAudio;
  }

  /** Another connection took the session over. */
  replaced(): void {
    this.#outlet?.replaced();
  }

  /** The agent, or the application, has ended the call. */
  hungUp(reason: string): void {
    const message: ServerMessage = { type: "hang-up", reason };
    this.#watch.goodbye();
    if (this.#outlet) {
      this.#outlet.send(message);
      this.#outlet.close(closeCodes.hungUp, "hung up");
    } else {
      this.#ways.sendMessage(JSON.stringify(message));
      this.#end();
    }
  }

  /** Takes a message, behind those before it. What is about this very moment does not wait. */
  take(message: Exclude<ClientMessage, { type: "ping" }>): void {
    if (message.type === "playout") {
      this.#session.attest(message);
      return;
    }
    if (message.type === "turn") {
      this.#session.turn(message.action);
      return;
    }
    if (message.type === "turn-detection") {
      this.#session.manual = message.mode === "manual";
      return;
    }
    if (message.type === "connection-report") {
      this.#watch.reported(message);
      return;
    }
    if (message.type === "connection-trouble") {
      this.#watch.trouble(message.reason);
      return;
    }
    this.#work = this.#work
      .then(() => (this.#over ? undefined : this.#handle(message)))
      .catch((error: unknown) => {
        this.#refuse(error);
      });
  }

  /**
   * The client comes back with a new socket, and the peer connection lives at both ends: nothing else
   * changes. Who knows the session's id may do so, as with any way of coming back.
   *
   * @returns false when there is no peer connection any more
   */
  resume(outlet: Outlet): boolean {
    if (this.#over || !this.#ways.hasPeer) return false;
    const before = this.#outlet;
    this.#outlet = outlet;
    before?.replaced();
    outlet.send({
      type: "reconnect-ack",
      success: true,
      sessionId: this.id,
      historyRecovered: true,
      peerKept: true,
    });
    this.#pushIceServers();
    this.#services.metrics.increment(MetricNames.RECONNECTIONS);
    return true;
  }

  /**
   * The socket is gone. A peer connection that lives carries the call until it ends, if the client
   * knows how to come back to it; else the session waits for its caller.
   */
  lose(outlet: Outlet, { mayReturn }: { readonly mayReturn: boolean }): void {
    if (this.#outlet !== outlet) return;
    this.#outlet = undefined;
    if (mayReturn && this.#ways.hasPeer && this.#features.has("resume")) return;
    if (!mayReturn) this.#watch.goodbye();
    this.#end();
  }

  /** Nobody ever spoke for this session: its socket belongs to another call. */
  async discard(): Promise<void> {
    this.#outlet = undefined;
    this.#watch.forget();
    this.#letGo();
    await this.#services.sessions.remove(this.#session);
  }

  /** The session waits for its caller; what else there is of the call is let go. */
  #end(): void {
    if (this.#over) return;
    const { durationMs } = this.#letGo();
    this.#services.sessions.release(this.#session);
    this.#services.metrics.timing(MetricNames.SESSION_DURATION, durationMs);
  }

  #letGo(): TimingInfo {
    this.#over = true;
    const { hooks, logger, calls } = this.#services;
    calls.delete(this);
    this.#watch.closed();
    this.#ice.close();
    this.#ways.close();
    const timing = createTimingInfo(this.#openedAt);
    void callHook(hooks.onDisconnect, logger, this.id, timing);
    return timing;
  }

  #followWays(): void {
    const ways = this.#ways;
    ways.on("candidate", (candidate) => {
      if (this.#features.has("trickle")) this.#outlet?.send({ type: "candidate", candidate });
    });
    ways.on("message", (frame) => {
      this.#receive(frame);
    });
    ways.on("invalid", (why) => {
      this.#refuse(new LLMRTCError("INVALID_MESSAGE", why));
    });
    ways.on("way", (way) => {
      this.#watch.way(way);
    });
    ways.on("line", (line) => {
      this.#session.attach(line);
    });
    ways.on("peer-ended", () => {
      if (!this.#outlet) this.#end();
    });
  }

  async #greet(): Promise<void> {
    const { hooks, logger, iceTransportPolicy } = this.#services;
    const told = atMost(hookWithinMs, callHook(hooks.onConnection, logger, this.id, this.id));
    this.#iceServers = await this.#ice.open();
    if (!(await told)) {
      logger.warn({ sessionId: this.id }, "onConnection takes long: the call begins without it");
    }
    this.#ways.iceServers = this.#iceServers.iceServers;
    this.#outlet?.send({
      type: "ready",
      id: this.id,
      protocolVersion: PROTOCOL_VERSION,
      iceServers: [...this.#iceServers.iceServers],
      ...(iceTransportPolicy && { iceTransportPolicy }),
      mode: "pipeline",
      features: [...features],
    });
  }

  /** Credentials come to their end while the call goes on: the next ICE restart needs new ones. */
  #renewIceServers(servers: SuppliedIceServers): void {
    this.#iceServers = servers;
    this.#ways.iceServers = servers.iceServers;
    this.#pushIceServers();
  }

  #pushIceServers(): void {
    if (!this.#features.has("ice-servers")) return;
    const { iceServers, expiresAt } = this.#iceServers;
    this.#outlet?.send({
      type: "ice-servers",
      iceServers: [...iceServers],
      ...(expiresAt !== undefined && { expiresAt }),
    });
  }

  /** From the data channel. */
  #receive(frame: string): void {
    if (this.#outlet) {
      this.#outlet.receive(frame);
      return;
    }
    try {
      const message = parseClientMessage(frame);
      if (message.type !== "ping") this.take(message);
    } catch (error) {
      this.#refuse(error);
    }
  }

  async #handle(message: QueuedMessage): Promise<void> {
    switch (message.type) {
      case "hello":
        this.#features = new Set(message.features);
        this.#session.features = message.features;
        if (message.turnDetection) this.#session.manual = message.turnDetection === "manual";
        if (message.purpose === "check") this.#session.stayQuiet();
        this.#watch.hello(message.purpose ?? "call");
        return;
      case "offer":
        return this.#accept(message);
      case "signal": // its older spelling
        return this.#accept({ signal: message.signal });
      case "candidate":
        this.#watch.candidate(message.candidate);
        this.#ways.addCandidate(message.candidate);
        return;
      case "reconnect":
        return this.#continue(message.sessionId);
      case "text":
        this.#watch.spoke();
        this.#session.read(message.text, message.attachments);
        return;
      case "audio":
        this.#watch.spoke();
        this.#session.hear(Buffer.from(message.data, "base64"), message.attachments);
        return;
      case "attachments":
        this.#session.show(message.attachments);
        return;
      case "interrupt":
        this.#session.interrupt();
        return;
      case "typing":
        this.#session.typing();
        return;
      case "audio-start":
        if (!this.#outlet) return;
        await this.#ways.startAudio(this.#outlet.socket, message.codec);
        this.#outlet.send({ type: "audio-started" });
        return;
      case "audio-stop":
        await this.#ways.stopAudio();
        return;
      case "bye":
        this.#watch.goodbye();
        await this.#services.sessions.remove(this.#session);
        this.#outlet?.close(1000, "bye");
    }
  }

  async #accept({ signal, fresh = false, number }: Omit<Offer, "type">): Promise<void> {
    this.#watch.offered(signal.sdp, fresh);
    const trickle = this.#features.has("trickle");
    const { answer, sent } = await this.#ways.accept(signal.sdp, { fresh, trickle });
    this.#outlet?.send({
      type: "signal",
      signal: { type: "answer", sdp: answer },
      ...(number !== undefined && { number }),
    });
    sent();
  }

  /** The caller comes back to an earlier session: its history goes on over this connection. */
  async #continue(id: string): Promise<void> {
    const { sessions, metrics } = this.#services;
    const success = await sessions.resume(id, this.#session);
    if (success) metrics.increment(MetricNames.RECONNECTIONS);
    this.#outlet?.send({
      type: "reconnect-ack",
      success,
      sessionId: this.id,
      historyRecovered: success && this.#session.history.messages.length > 0,
    });
  }

  /** Turn messages: on one channel, or on both for clients that know only protocol v1. */
  #deliver(message: ServerMessage): void {
    const frame = JSON.stringify(message);
    const sent = this.#ways.sendMessage(frame);
    if (!sent || !this.#features.has("one-channel")) this.#outlet?.sendFrame(frame);
  }

  #refuse(error: unknown): void {
    if (this.#outlet) this.#outlet.refuse(error);
    else this.#services.logger.warn({ error, sessionId: this.id }, "refused, without a socket");
  }
}

/** Handled in their order, after `ready`. The others are about now. */
type QueuedMessage = Exclude<
  ClientMessage,
  {
    readonly type:
      "ping" | "playout" | "turn" | "turn-detection" | "connection-report" | "connection-trouble";
  }
>;

type Offer = Extract<ClientMessage, { readonly type: "offer" }>;
