import { type ConversationProviders, LLMRTCError } from "@metered/llmrtc-core";
import type { Express } from "express";
import { EventEmitter } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { createApp } from "./http/app.ts";
import { closed, closedSockets, holdUpgrades, listening } from "./http/listener.ts";
import { servePlayground } from "./http/playground.ts";
import { openDetectors } from "./media/detectors.ts";
import { chooseIceServers } from "./ice/choose.ts";
import { IceRenewal } from "./ice/renewal.ts";
import { IceSupply } from "./ice/supply.ts";
import { PrometheusMetrics } from "./observe/prometheus-metrics.ts";
import { toAll } from "./observe/to-all.ts";
import { PlayoutClock } from "./media/playout-clock.ts";
import { type LLMRTCServerConfig, resolveConfig, type ResolvedConfig } from "./server-config.ts";
import { FrontDesk } from "./security/front-desk.ts";
import { SessionRegistry } from "./session/registry.ts";
import { conversationOf } from "./session/conversation-options.ts";
import type { ServerDefaults } from "./session/session-options.ts";
import type { SessionHandle } from "./session/session-handle.ts";
import type { SessionServices } from "./session/session-services.ts";
import { Reception } from "./signalling/reception.ts";
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
  #running: Running | undefined;

  /** @throws {LLMRTCError} `INVALID_CONFIG`, naming the option */
  constructor(config: LLMRTCServerConfig) {
    super();
    const resolved = resolveConfig(config);
    const prometheus = new PrometheusMetrics({ logger: resolved.logger });
    const metrics = toAll([prometheus, resolved.metrics], resolved.logger);
    this.#config = { ...resolved, metrics };
    const { logger, cors, metricsAccess } = resolved;
    const capacity = () => this.#running?.desk.capacity;
    this.#app = createApp({ cors, capacity, metrics: prometheus, metricsAccess });
    this.#ice = new IceSupply({ source: chooseIceServers(config), logger, metrics });
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
      const opening = openDetectors(this.#config);
      undo.push(async () => (await opening).close());
      const [{ voiceDetector, turnDetector }] = await Promise.all([
        opening,
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
      const reception = this.#openReception(sessions, desk, defaults);
      this.#running = { http, sessions, desk, reception, undo };
      this.#serve(sockets, reception);
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
    const { sessions, reception } = running;
    await reception.close(Promise.race([sessions.idle(), sleep(drainMs, undefined, drained)]));
    drained.abort();
    await undoAll(running.undo);
  }

  #services(
    media: Pick<SessionServices, "voiceDetector" | "turnDetector" | "clock">,
  ): SessionServices {
    const { providers, hooks, metrics, logger } = this.#config;
    const { turn, ...conversation } = conversationOf(this.#config);
    return {
      ...conversation,
      turn: { ...turn, providers, hooks, metrics, logger },
      hooks,
      ...media,
    };
  }

  #openSessions(services: SessionServices): SessionRegistry {
    const { logger, sessionTTLMs } = this.#config;
    const ttl = sessionTTLMs !== undefined && { ttlMs: sessionTTLMs };
    return new SessionRegistry({ logger, services, ...ttl });
  }

  #serve(sockets: WebSocketServer, reception: Reception): void {
    sockets.on("error", (error) => {
      this.#report(error);
    });
    sockets.on("connection", (socket, request) => {
      void reception.meet(socket, request);
    });
  }

  #openReception(sessions: SessionRegistry, desk: FrontDesk, defaults: ServerDefaults): Reception {
    const config = this.#config;
    const { hooks, metrics, logger, heartbeatTimeout, iceTransportPolicy, portRange } = config;
    const supply = this.#ice;
    const reception = new Reception({
      admission: config,
      defaults,
      desk,
      shared: {
        sessions,
        hooks,
        metrics,
        logger,
        heartbeatTimeoutMs: heartbeatTimeout,
        iceTransportPolicy,
        iceServers: (sessionId, renewed) => new IceRenewal({ supply, sessionId, renewed }),
      },
      openTransport: (iceServers, callerAddress) => {
        const common = { iceServers, callerAddress, logger, metrics, portRange };
        return openWebRtcTransport({ ...common, hostAddresses: hostAddresses(config) });
      },
    });
    reception.on("connection", (event) => this.emit("connection", event));
    reception.on("disconnect", (event) => this.emit("disconnect", event));
    return reception;
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
  readonly reception: Reception;
  readonly undo: (() => Promise<void>)[];
}

/** Newest first; one that fails does not keep the others from being undone. */
async function undoAll(undo: readonly (() => Promise<void>)[]): Promise<void> {
  for (const step of [...undo].reverse()) await step().catch(() => undefined);
}

function namesOf({ llm, stt, tts }: ConversationProviders) {
  return { llm: llm.name, stt: stt.name, tts: tts.name };
}
