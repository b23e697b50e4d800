import { type ConnectionReason, Emitter, type IceServer, MetricNames } from "@metered/llmrtc-core";
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { CallsByPath } from "../observe/calls-by-path.ts";
import { type CallerOrigin, callerOrigin, seemingAddress } from "../security/caller-origin.ts";
import type { FrontDesk } from "../security/front-desk.ts";
import type { ServerDefaults } from "../session/session-options.ts";
import type { WebRtcTransport } from "../transport/webrtc/transport.ts";
import type { Call } from "./call.ts";
import { closeCodes } from "./close-codes.ts";
import { Connection, type ConnectionServices } from "./connection.ts";
import { logSocketError } from "./socket-error.ts";
import { welcome, type Welcome, type WelcomeOptions } from "./welcome.ts";

export type ReceptionEvents = {
  /** A caller has been let in; `id` is his session's. */
  connection: { readonly id: string };
  /** His socket is closed; `id` is the session that it spoke for at last. */
  disconnect: { readonly id: string };
};

export interface ReceptionOptions {
  readonly admission: WelcomeOptions;
  /** What a caller gets who has no terms of his own. */
  readonly defaults: ServerDefaults;
  readonly desk: FrontDesk;
  /** What all connections are made with. */
  readonly shared: Omit<
    ConnectionServices,
    "session" | "gate" | "calls" | "paths" | "openTransport"
  >;
  readonly openTransport: (
    iceServers: readonly IceServer[],
    callerAddress: string | undefined,
  ) => Promise<WebRtcTransport>;
}

/** A caller who is not connected yet. */
interface Visitor {
  readonly socket: WebSocket;
  /** Where he calls from. */
  readonly origin: CallerOrigin;
}

type Welcomed = Extract<Welcome, { readonly terms: unknown }>;

/** Where callers come in: who may, and for whom there is a place, gets a connection. */
export class Reception extends Emitter<ReceptionEvents> {
  readonly #options: ReceptionOptions;
  readonly #connections = new Set<Connection>();
  readonly #calls = new Set<Call>();
  readonly #paths: CallsByPath;
  readonly #onError = (error: Error): void => {
    logSocketError(this.#options.shared.logger, error);
  };
  #closing = false;

  constructor(options: ReceptionOptions) {
    super();
    this.#options = options;
    this.#paths = new CallsByPath(options.shared.metrics);
  }

  /**
   * Decides about a caller. Nothing is made for him, and nothing that he sends is read, before he is let
   * in. Never rejects.
   */
  async meet(socket: WebSocket, request: IncomingMessage): Promise<void> {
    const { admission, defaults } = this.#options;
    const visitor = { socket, origin: callerOrigin(request) };
    socket.on("error", this.#onError);
    socket.pause();
    const welcomed = await welcome(request, admission, defaults);
    socket.resume();
    if (socket.readyState !== socket.OPEN) return;
    if ("code" in welcomed) {
      const { code, reason: why } = welcomed;
      this.#refused(visitor, "refused", { code, why });
      socket.close(code, why);
    } else if (this.#closing) {
      socket.close(closeCodes.goingAway, "server stops");
    } else {
      this.#place(visitor, welcomed);
    }
  }

  /** Takes nobody in any more, and says goodbye to the callers once `drained` has settled. */
  async close(drained: Promise<unknown>): Promise<void> {
    this.#closing = true;
    await drained;
    for (const connection of this.#connections) {
      connection.sayGoodbye();
    }
  }

  #place(visitor: Visitor, welcomed: Welcomed): void {
    const { desk } = this.#options;
    const { socket } = visitor;
    const { busy: code } = closeCodes;
    const place = desk.receive(socket, () => {
      this.#log(visitor, "busy", { code, sessionId: connection.id });
      connection.turnAway(); // his attempt ends there
    });
    if (place === "closed") {
      this.#refused(visitor, "busy", { code, ...desk.capacity });
      socket.close(code, "server is full");
      return;
    }
    const gate = place === "open" ? undefined : place;
    const connection = this.#connect(visitor, welcomed, gate);
    const { id } = connection;
    this.#options.shared.logger.info({ sessionId: id, ...visitor.origin }, "caller let in");
    this.emit("connection", { id });
    socket.on("close", () => {
      this.#connections.delete(connection);
      this.#gauge();
      this.emit("disconnect", { id: connection.id });
    });
  }

  #connect(
    { socket, origin }: Visitor,
    { terms, services }: Welcomed,
    gate: ConnectionServices["gate"],
  ): Connection {
    const { shared, openTransport } = this.#options;
    const seeming = seemingAddress(origin);
    const connection = new Connection(socket, {
      ...shared,
      iceTransportPolicy: terms.iceTransportPolicy ?? shared.iceTransportPolicy,
      openTransport: (iceServers) => openTransport(iceServers, seeming),
      session: services,
      gate,
      calls: this.#calls,
      paths: this.#paths,
    });
    socket.off("error", this.#onError); // it has a listener of its own
    this.#connections.add(connection);
    this.#gauge();
    return connection;
  }

  /** No call was made for him. */
  #refused(visitor: Visitor, reason: ConnectionReason, more: object): void {
    const { metrics } = this.#options.shared;
    this.#log(visitor, reason, more);
    metrics.increment(MetricNames.CONNECTION_ATTEMPTS);
    metrics.increment(MetricNames.CONNECTION_OUTCOMES, 1, { outcome: "failed", reason });
  }

  #log({ origin }: Visitor, reason: ConnectionReason, more: object): void {
    this.#options.shared.logger.info({ reason, ...more, ...origin }, "caller refused");
  }

  #gauge(): void {
    this.#options.shared.metrics.gauge(MetricNames.CONNECTIONS, this.#connections.size);
  }
}
