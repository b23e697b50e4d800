import {
  type ConnectionReason,
  type ConversationProviders,
  LLMRTCError,
  MetricNames,
  type TurnDetector,
  type VoiceDetector,
} from "@metered/llmrtc-core";
import type { Express } from "express";
import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { createApp } from "./http/app.ts";
import { closed, closedSockets, holdUpgrades, listening } from "./http/listener.ts";
import { servePlayground } from "./http/playground.ts";
import { openTurnDetector } from "./media/end-of-turn.ts";
import { chooseIceServers } from "./ice/choose.ts";
import { IceRenewal } from "./ice/renewal.ts";
import { IceSupply } from "./ice/supply.ts";
import { CallsByPath } from "./observe/calls-by-path.ts";
import { PrometheusMetrics } from "./observe/prometheus-metrics.ts";
import { toAll } from "./observe/to-all.ts";
import { PlayoutClock } from "./media/playout-clock.ts";
import { openSilero } from "./media/silero/silero.ts";
import { type LLMRTCServerConfig, resolveConfig, type ResolvedConfig } from "./server-config.ts";
import { admit, type SessionTerms } from "./security/admission.ts";
import { FrontDesk } from "./security/front-desk.ts";
import { SessionRegistry } from "./session/registry.ts";
import type { SessionServices } from "./session/session.ts";
import type { Call } from "./signalling/call.ts";
import { closeCodes, Connection } from "./signalling/connection.ts";
import { checkInterfaces, hostAddresses } from "./transport/addresses.ts";
import { openWebRtcTransport, warmUpWebRtc } from "./transport/webrtc/transport.ts";

export interface LLMRTCServerEvents {
  listening: [{ readonly host: string; readonly port: number }];
  /** A client opened its socket; `id` is its session's. */
  connection: [{ readonly id: string }];
  disconnect: [{ readonly id: string }];
  error: [Error];
}

/** How long `stop` waits for agents that are speaking, in milliseconds. */
const defaultDrainMs = 3_000;

/**
 * The LLMRTC server: signalling, media and conversation for all calls in one process.
 *
 * @example
 * const server = new LLMRTCServer({ providers: { llm, stt, tts } });
 * await server.start();
 */
export class LLMRTCServer extends EventEmitter<LLMRTCServerEvents> {
  readonly #config: ResolvedConfig;
  readonly #app: Express;
  readonly #ice: IceSupply;
  readonly #paths: CallsByPath;
  readonly #connections = new Set<Connection>();
  readonly #calls = new Set<Call>();
  #running: Running | undefined;

  /** @throws {LLMRTCError} `INVALID_CONFIG`, naming the option */
  constructor(config: LLMRTCServerConfig) {
    super();
    const resolved = resolveConfig(config);
    const prometheus = new PrometheusMetrics();
    const metrics = toAll([prometheus, resolved.metrics]);
    this.#config = { ...resolved, metrics };
    const { logger, cors, metricsAccess } = resolved;
    const capacity = () => this.#running?.desk.capacity;
    this.#app = createApp({ cors, capacity, metrics: prometheus, metricsAccess });
    this.#ice = new IceSupply({ source: chooseIceServers(config), logger, metrics });
    this.#paths = new CallsByPath(metrics);
  }

  /** The Express app, for routes and middleware of your own, before or after `start`. */
  getApp(): Express {
    return this.#app;
  }

  /** The HTTP server, or null while the server does not run. */
  getServer(): Server | null {
    return this.#running?.http ?? null;
  }

  getProviders(): ConversationProviders {
    return this.#config.providers;
  }

  /** Where ICE servers come from, for people, and what is wrong with them now. */
  get iceSource(): { readonly description: string; readonly warning: string | undefined } {
    const { description, warning } = this.#ice;
    return { description, warning };
  }

  /** Calls that run or may come back. */
  get sessionCount(): number {
    return this.#running?.sessions.size ?? 0;
  }

  /**
   * Loads the models and listens.
   *
   * @throws {LLMRTCError} `ADDRESS_IN_USE` when the port is busy, `INVALID_STATE` when it runs
   * already, `INVALID_CONFIG` when this machine has no such address or network interface; what a
   * provider's `init` throws
   */
  async start(): Promise<void> {
    if (this.#running) throw new LLMRTCError("INVALID_STATE", "The server runs already");
    checkInterfaces(this.#config);
    const { host, port, providers, playground, maxMessageBytes } = this.#config;
    const http = createServer(this.#app);
    // The port first: a busy one is known in milliseconds, models take seconds.
    await listening(http, port, host);
    const undo: (() => Promise<void>)[] = [() => closed(http)];
    undo.push(async () => {
      this.#ice.close();
    });
    const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes });
    const letIn = holdUpgrades(http, sockets);
    try {
      const all = [providers.llm, providers.stt, providers.tts, providers.vision];
      const [voiceDetector, turnDetector] = await Promise.all([
        this.#openVoiceDetector(undo),
        this.#openTurnDetector(undo),
        warmUpWebRtc(),
        this.#ice.open(), // a wrong key shows now, and the first caller need not wait
        ...all.map(async (provider) => {
          undo.push(async () => provider?.close?.());
          await provider?.init?.();
        }),
      ]);
      if (playground) servePlayground(this.#app, { providers: namesOf(providers) });
      const clock = new PlayoutClock();
      const sessions = this.#openSessions({ voiceDetector, turnDetector, clock });
      undo.push(() => sessions.close());
      const desk = new FrontDesk({ ...this.#config, places: sessions });
      undo.push(async () => {
        desk.close();
      });
      undo.push(() => closedSockets(sockets));
      this.#serve(sockets, sessions);
      this.#running = { http, sessions, desk, undo };
      letIn();
    } catch (error) {
      await undoAll(undo);
      throw error;
    }
    http.on("error", (error) => {
      this.#report(error);
    });
    this.emit("listening", { host, port: (http.address() as AddressInfo).port });
  }

  /**
   * Refuses new callers, lets agents that are speaking finish (at most `drainMs`, default 3,000),
   * says goodbye, and frees all that the server owns, providers included. Then the process can end.
   */
  async stop({ drainMs = defaultDrainMs }: { readonly drainMs?: number } = {}): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    const drained = new AbortController();
    await Promise.race([running.sessions.idle(), delay(drainMs, drained.signal)]);
    drained.abort();
    for (const connection of this.#connections) {
      connection.close(closeCodes.goingAway, "server stops");
    }
    await undoAll(running.undo);
  }

  async #openVoiceDetector(undo: (() => Promise<void>)[]): Promise<VoiceDetector> {
    const { voiceDetector, logger } = this.#config;
    if (voiceDetector) return voiceDetector; // the caller's own to close
    const silero = await openSilero({ logger });
    undo.push(() => silero.close());
    return silero;
  }

  async #openTurnDetector(undo: (() => Promise<void>)[]): Promise<TurnDetector> {
    const { turnDetector, endOfTurn, logger } = this.#config;
    if (turnDetector) return turnDetector;
    const opened = await openTurnDetector(endOfTurn, logger);
    undo.push(() => opened.close());
    return opened.detector;
  }

  #openSessions(
    media: Pick<SessionServices, "voiceDetector" | "turnDetector" | "clock">,
  ): SessionRegistry {
    const config = this.#config;
    return new SessionRegistry({
      logger: config.logger,
      ...(config.sessionTTLMs !== undefined && { ttlMs: config.sessionTTLMs }),
      services: {
        turn: config,
        hooks: config.hooks,
        systemPrompt: config.systemPrompt,
        historyLimit: config.historyLimit,
        ...media,
      },
    });
  }

  #serve(sockets: WebSocketServer, sessions: SessionRegistry): void {
    sockets.on("error", (error) => {
      this.#report(error);
    });
    sockets.on("connection", (socket, request) => {
      void this.#meet(socket, request, sessions);
    });
  }

  /** Nothing is made for a caller, and nothing that it sends is read, before it is let in. */
  async #meet(socket: WebSocket, request: IncomingMessage, sessions: SessionRegistry) {
    const { logger } = this.#config;
    socket.on("error", (error) => {
      logger.warn({ error }, "WebSocket error"); // close follows
    });
    socket.pause();
    const admission = await admit(request, this.#config, logger);
    socket.resume();
    if (socket.readyState !== socket.OPEN) return;
    if (!admission.admitted) {
      const { code, reason } = admission;
      logger.info({ code, why: reason, reason: "refused" }, "caller refused");
      this.#turnedAway("refused");
      socket.close(admission.code, admission.reason);
    } else if (this.#running?.sessions !== sessions) {
      socket.close(closeCodes.goingAway, "server stops");
    } else {
      this.#connect(socket, this.#running, admission.terms);
    }
  }

  #connect(socket: WebSocket, { sessions, desk }: Running, terms: SessionTerms): void {
    const { hooks, metrics, logger, heartbeatTimeout, portRange } = this.#config;
    const place = desk.receive(socket, () => {
      this.#turnedAway("busy");
      connection.turnAway();
    });
    if (place === "closed") {
      logger.info({ code: closeCodes.busy, reason: "busy", ...desk.capacity }, "caller refused");
      this.#turnedAway("busy");
      socket.close(closeCodes.busy, "server is full");
      return;
    }
    const connection = new Connection(socket, {
      sessions,
      gate: place === "open" ? undefined : place,
      calls: this.#calls,
      hooks,
      metrics,
      paths: this.#paths,
      logger,
      heartbeatTimeoutMs: heartbeatTimeout,
      iceTransportPolicy: terms.iceTransportPolicy ?? this.#config.iceTransportPolicy,
      iceServers: (sessionId, renewed) => new IceRenewal({ supply: this.#ice, sessionId, renewed }),
      openTransport: (iceServers) => {
        const addresses = hostAddresses(this.#config);
        const common = { iceServers, logger, metrics, portRange };
        return openWebRtcTransport({ ...common, hostAddresses: addresses });
      },
    });
    this.#connections.add(connection);
    this.#gaugeConnections();
    this.emit("connection", { id: connection.id });
    socket.on("close", () => {
      this.#connections.delete(connection);
      this.#gaugeConnections();
      this.emit("disconnect", { id: connection.id });
    });
  }

  #turnedAway(reason: ConnectionReason): void {
    const { metrics } = this.#config;
    metrics.increment(MetricNames.CONNECTION_ATTEMPTS);
    metrics.increment(MetricNames.CONNECTION_OUTCOMES, 1, { outcome: "failed", reason });
  }

  #gaugeConnections(): void {
    this.#config.metrics.gauge(MetricNames.CONNECTIONS, this.#connections.size);
  }

  /** An `error` event without a listener would end the process. */
  #report(error: Error): void {
    this.#config.logger.error({ error }, "server error");
    if (this.listenerCount("error") > 0) this.emit("error", error);
  }
}

interface Running {
  readonly http: Server;
  readonly sessions: SessionRegistry;
  readonly desk: FrontDesk;
  readonly undo: (() => Promise<void>)[];
}

/** Newest first; one that fails does not keep the others from being undone. */
async function undoAll(undo: readonly (() => Promise<void>)[]): Promise<void> {
  for (const step of [...undo].reverse()) await step().catch(() => undefined);
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function namesOf({ llm, stt, tts }: ConversationProviders) {
  return { llm: llm.name, stt: stt.name, tts: tts.name };
}
