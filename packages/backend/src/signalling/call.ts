import {
  callHook,
  type ConnectionReason,
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
import { ConnectionWatch } from "../observe/connection-watch.ts";
import type { SessionOwner } from "../session/registry.ts";
import { atMost } from "./at-most.ts";
import { type CallMessage, type CallParts, deedOf } from "./call-messages.ts";
import type { CallServices } from "./call-services.ts";
import { ClientEnd } from "./client-end.ts";
import { closeCodes } from "./close-codes.ts";
import type { Outlet } from "./outlet.ts";
import { logRefusal } from "./refusal.ts";
import { Ways } from "./ways.ts";

/** The calls of a server that a new socket can take over. */
export interface LiveCalls {
  readonly calls: Set<Call>;
}

/** `ready` waits for the hook as long as for ICE servers at most, both at once. */
const hookWithinMs = 2_000;

/**
 * What outlives a client's socket: the session it speaks for and the ways of its sound. As long as the peer
 * connection lives, the call goes on without a socket.
 */
export class Call implements SessionOwner {
  readonly #services: CallServices & LiveCalls;
  readonly #parts: CallParts;
  readonly #ice: IceRenewal;
  readonly #openedAt = Date.now();
  /** Messages that wait are handled one after another; `ready` comes first. */
  #work: Promise<void>;
  #over = false;

  constructor(outlet: Outlet, services: CallServices & LiveCalls) {
    const { sessions, calls, metrics, logger, openTransport } = services;
    this.#services = services;
    const client = new ClientEnd(outlet);
    const session = sessions.create(this, services.session);
    session.on("message", (message) => {
      this.#deliver(message);
    });
    const watch = new ConnectionWatch({
      ...services,
      sessionId: () => session.id,
      features: () => client.features,
    });
    const ways = new Ways({ openTransport, logger });
    this.#parts = { client, session, sessions, ways, watch, metrics, logger };
    this.#followWays();
    this.#ice = services.iceServers(this.id, (servers) => {
      ways.iceServers = servers.iceServers; // for the next ICE restart, at both ends
      client.sendIceServers(servers);
    });
    calls.add(this);
    this.#work = this.#greet().catch((error: unknown) => {
      logger.error({ error, sessionId: this.id }, "the caller could not be greeted");
      client.outlet?.close(closeCodes.internalError, "not ready");
    });
  }

  /** The session's id; the client's name in hooks, events and logs. */
  get id(): string {
    return this.#parts.session.id;
  }

  /** Binary frames are sound. */
  get hasAudio(): boolean {
    return this.#parts.ways.hasAudio;
  }

  /** Another connection took the session over. */
  replaced(): void {
    this.#parts.client.outlet?.replaced();
  }

  /** The agent, or the application, has ended the call. */
  hungUp(reason: string): void {
    const { client, ways, watch } = this.#parts;
    const message: ServerMessage = { type: "hang-up", reason };
    watch.goodbye();
    if (client.outlet) {
      client.send(message);
      client.outlet.close(closeCodes.hungUp, "hung up");
    } else {
      ways.sendMessage(JSON.stringify(message));
      this.#end();
    }
  }

  /** Takes a message, behind those before it. What is about this very moment does not wait. */
  take(message: CallMessage): void {
    const deed = deedOf(message);
    const act = async (): Promise<void> => {
      try {
        if (!this.#over) await deed.act(this.#parts, message);
      } catch (error) {
        this.#refuse(error);
      }
    };
    if (deed.urgent) void act();
    else this.#work = this.#work.then(act);
  }

  /**
   * The client comes back with a new socket, and the peer connection lives at both ends: nothing else
   * changes. Who knows the session's id may do so, as with any way of coming back.
   *
   * @returns false when there is no peer connection any more
   */
  resume(outlet: Outlet): boolean {
    const { client, ways, metrics } = this.#parts;
    if (this.#over || !ways.hasPeer) return false;
    const before = client.outlet;
    client.outlet = outlet;
    before?.replaced();
    client.send({
      type: "reconnect-ack",
      success: true,
      sessionId: this.id,
      historyRecovered: true,
      peerKept: true,
    });
    if (this.#ice.current) client.sendIceServers(this.#ice.current);
    metrics.increment(MetricNames.RECONNECTIONS);
    return true;
  }

  /**
   * The socket is gone. A peer connection that lives carries the call until it ends, if the client
   * knows how to come back to it; else the session waits for its caller.
   */
  lose(outlet: Outlet, { mayReturn }: { readonly mayReturn: boolean }): void {
    const { client, ways, watch } = this.#parts;
    if (client.outlet !== outlet) return;
    client.outlet = undefined;
    if (mayReturn && ways.hasPeer && client.has("resume")) return;
    if (!mayReturn) watch.goodbye();
    this.#end();
  }

  /** A caller who is not connected yet will not be, by our own doing. */
  giveUp(reason: ConnectionReason): void {
    this.#parts.watch.giveUp(reason);
  }

  /**
   * Nobody ever spoke for this session.
   *
   * @param isAttempt false: its socket belongs to another call
   */
  async discard({ isAttempt }: { readonly isAttempt: boolean }): Promise<void> {
    const { client, session, sessions, watch } = this.#parts;
    client.outlet = undefined;
    if (!isAttempt) watch.forget();
    this.#letGo();
    await sessions.remove(session);
  }

  /** The session waits for its caller; what else there is of the call is let go. */
  #end(): void {
    if (this.#over) return;
    const { durationMs } = this.#letGo();
    const { session, sessions, metrics } = this.#parts;
    sessions.release(session);
    metrics.timing(MetricNames.SESSION_DURATION, durationMs);
  }

  #letGo(): TimingInfo {
    this.#over = true;
    const { hooks, logger, calls } = this.#services;
    calls.delete(this);
    this.#parts.watch.closed();
    this.#ice.close();
    this.#parts.ways.close();
    const timing = createTimingInfo(this.#openedAt);
    void callHook(hooks.onDisconnect, logger, this.id, timing);
    return timing;
  }

  #followWays(): void {
    const { client, session, ways, watch } = this.#parts;
    ways.on("candidate", (candidate) => {
      if (client.has("trickle")) client.send({ type: "candidate", candidate });
    });
    ways.on("message", (frame) => {
      this.#receive(frame);
    });
    ways.on("invalid", (why) => {
      this.#refuse(new LLMRTCError("INVALID_MESSAGE", why));
    });
    ways.on("way", (way) => {
      watch.way(way);
    });
    ways.on("line", (line) => {
      session.attach(line);
    });
    ways.on("peer-ended", () => {
      if (!client.outlet) this.#end();
    });
  }

  async #greet(): Promise<void> {
    const { hooks, logger, iceTransportPolicy } = this.#services;
    const { client, ways } = this.#parts;
    const told = atMost(hookWithinMs, callHook(hooks.onConnection, logger, this.id, this.id));
    const { iceServers } = await this.#ice.open();
    if (!(await told)) {
      logger.warn({ sessionId: this.id }, "onConnection takes long: the call begins without it");
    }
    ways.iceServers = iceServers;
    client.send({
      type: "ready",
      id: this.id,
      protocolVersion: PROTOCOL_VERSION,
      iceServers: [...iceServers],
      ...(iceTransportPolicy && { iceTransportPolicy }),
      mode: "pipeline",
      features: [...features],
    });
  }

  /** From the data channel. */
  #receive(frame: string): void {
    const { outlet } = this.#parts.client;
    if (outlet) {
      outlet.receive(frame);
      return;
    }
    try {
      const message = parseClientMessage(frame);
      if (message.type !== "ping") this.take(message);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Turn messages: on one channel, or on both for clients that know only protocol v1. */
  #deliver(message: ServerMessage): void {
    const { client, ways } = this.#parts;
    const frame = JSON.stringify(message);
    const sent = ways.sendMessage(frame);
    if (!sent || !client.has("one-channel")) client.outlet?.sendFrame(frame);
  }

  #refuse(error: unknown): void {
    const { client, logger } = this.#parts;
    if (client.outlet) client.outlet.refuse(error);
    else logRefusal(logger, error, this.id);
  }
}
