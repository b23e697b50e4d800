import {
  type ConnectionReason,
  type ConversationProviders,
  LLMRTCError,
  MetricNames,
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
import { openTurnDetector, type OpenTurnDetector } from "./media/end-of-turn.ts";
import { chooseIceServers } from "./ice/choose.ts";
import { IceRenewal } from "./ice/renewal.ts";
import { IceSupply } from "./ice/supply.ts";
import { CallsByPath } from "./observe/calls-by-path.ts";
import { PrometheusMetrics } from "./observe/prometheus-metrics.ts";
import { toAll } from "./observe/to-all.ts";
import { PlayoutClock } from "./media/playout-clock.ts";
import { openSilero } from "./media/silero/silero.ts";
import { type LLMRTCServerConfig, resolveConfig, type ResolvedConfig } from "./server-config.ts";
import { FrontDesk } from "./security/front-desk.ts";
import { seemingAddress } from "./security/seeming-address.ts";
import { SessionRegistry } from "./session/registry.ts";
import type { ServerDefaults } from "./session/session-options.ts";
import type { SessionHandle } from "./session/session-handle.ts";
import type { SessionServices } from "./session/session.ts";
import type { Call } from "./signalling/call.ts";
import { closeCodes } from "./signalling/close-codes.ts";
import { Connection } from "./signalling/connection.ts";
import { welcome, type Welcome } from "./signalling/welcome.ts";
import { checkInterfaces } from "./transport/address-options.ts";
import { hostAddresses } from "./transport/addresses.ts";
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

  /** A call that runs or may come back, to speak in it or to end it; undefined when there is none. */
  getSession(id: string): SessionHandle | undefined {
    return this.#running?.sessions.get(id);
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
      const detector = turnDetector.detector;
      const services = this.#services({ voiceDetector, turnDetector: detector, clock });
      const sessions = this.#openSessions(services);
      undo.push(() => sessions.close());
      const desk = new FrontDesk({ ...this.#config, places: sessions });
      undo.push(async () => {
        desk.close();
      });
      undo.push(() => closedSockets(sockets));
      const defaults = { services, options: this.#config, turnDetectors: turnDetector };
      this.#running = { http, sessions, desk, undo, defaults };
      this.#serve(sockets, this.#running);
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

  async #openTurnDetector(undo: (() => Promise<void>)[]): Promise<OpenTurnDetector> {
    const { turnDetector, endOfTurn, logger } = this.#config;
    // With a detector of the application's own no model is loaded.
    const opened = await openTurnDetector(turnDetector ? { model: false } : endOfTurn, logger);
    undo.push(() => opened.close());
    return turnDetector ? { ...opened, detector: turnDetector } : opened;
  }

  #services(
    media: Pick<SessionServices, "voiceDetector" | "turnDetector" | "clock">,
  ): SessionServices {
    const config = this.#config;
    const { hooks, systemPrompt, historyLimit, greeting, silence } = config;
    return { turn: config, hooks, systemPrompt, historyLimit, greeting, silence, ...media };
  }

  #openSessions(services: SessionServices): SessionRegistry {
    const { logger, sessionTTLMs } = this.#config;
    const ttl = sessionTTLMs !== undefined && { ttlMs: sessionTTLMs };
    return new SessionRegistry({ logger, services, ...ttl });
  }

  #serve(sockets: WebSocketServer, running: Running): void {
    sockets.on("error", (error) => {
      this.#report(error);
    });
    sockets.on("connection", (socket, request) => {
      void this.#meet(socket, request, running);
    });
  }

  /** Nothing is made for a caller, and nothing that it sends is read, before it is let in. */
  async #meet(socket: WebSocket, request: IncomingMessage, running: Running) {
    const { logger } = this.#config;
    socket.on("error", (error) => {
      logger.warn({ error }, "WebSocket error"); // close follows
    });
    socket.pause();
    const welcomed = await welcome(request, this.#config, running.defaults);
    socket.resume();
    if (socket.readyState !== socket.OPEN) return;
    if ("code" in welcomed) {
      const { code, reason } = welcomed;
      logger.info({ code, why: reason, reason: "refused" }, "caller refused");
      this.#turnedAway("refused");
      socket.close(code, reason);
    } else if (this.#running !== running) {
      socket.close(closeCodes.goingAway, "server stops");
    } else {
      this.#connect(socket, request, running, welcomed);
    }
  }

  #connect(
    socket: WebSocket,
    request: IncomingMessage,
    { sessions, desk }: Running,
    { terms, services }: Welcomed,
  ): void {
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
      session: services,
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
        const common = {
          iceServers,
          logger,
          metrics,
          portRange,
          callerAddress: seemingAddress(request),
        };
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
  readonly defaults: ServerDefaults;
  readonly desk: FrontDesk;
  readonly undo: (() => Promise<void>)[];
}

type Welcomed = Extract<Welcome, { readonly terms: unknown }>;

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
