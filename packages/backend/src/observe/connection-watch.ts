import {
  callHook,
  type CandidateInit,
  type Clock,
  type ConnectionOutcome,
  type ConnectionPath,
  type ConnectionReason,
  type ConnectionReportMessage,
  type Logger,
  MetricNames,
  type MetricsAdapter,
  type SelectedPair,
  type ServerHooks,
  systemClock,
} from "@metered/llmrtc-core";
import type { Transport } from "../transport/transport.ts";
import type { WebRtcTransport } from "../transport/webrtc/transport.ts";
import { type Attempt, connectWithinMs, newAttempt, nextAttempt } from "./attempt.ts";
import type { CallsByPath } from "./calls-by-path.ts";
import { pathOf } from "./connection-path.ts";
import { measureQuality } from "./connection-quality.ts";
import { IceRestarts } from "./ice-restarts.ts";

export interface ConnectionWatchOptions {
  readonly sessionId: () => string;
  /** What the client can do beyond protocol v1. */
  readonly features: () => ReadonlySet<string>;
  readonly paths: CallsByPath;
  readonly hooks: ServerHooks;
  readonly metrics: MetricsAdapter;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
}

/** A client that reports says within this how it is connected. */
const reportWithinMs = 2_000;
/** Of one call. Who has more has told enough. */
const mostTroubles = 100;

type AttemptEvent = Parameters<typeof nextAttempt>[1];

/**
 * Follows one caller's connection from being let in to its end, and tells metrics, hooks and the log: how
 * the attempt ended, which way sound goes, restarts, recoveries and drops. Metrics and hooks get kinds of
 * address, never addresses.
 */
export class ConnectionWatch {
  readonly #options: ConnectionWatchOptions;
  readonly #clock: Clock;
  readonly #restarts: IceRestarts;
  #attempt: Attempt;
  #counted = false;
  #peer: WebRtcTransport | undefined;
  #path: ConnectionPath | undefined;
  /** What the client's last step is known by: its `afterMs`. */
  #stepAt: number | undefined;
  #cancel: (() => void) | undefined;
  /** Connected, but not said yet how. */
  #unsaid: { readonly tookMs: number; readonly path: ConnectionPath | undefined } | undefined;
  #saidGoodbye = false;
  #troubles = 0;
  #over = false;

  constructor(options: ConnectionWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#restarts = new IceRestarts(options.metrics);
    this.#attempt = newAttempt(this.#clock.now());
    this.#cancel = this.#clock.after(connectWithinMs, () => {
      this.#step({ type: "time", stage: this.#peer?.stage });
    });
  }

  /** The client's first message. */
  hello(purpose: "call" | "check"): void {
    if (purpose === "check") this.#step({ type: "check" });
    else this.#count();
  }

  offered(sdp: string, fresh: boolean): void {
    this.#restarts.offered(sdp, fresh);
    const candidates = sdp.match(/^a=candidate:/gm)?.length ?? 0;
    this.#step({ type: "offered", candidates });
  }

  candidate(candidate: CandidateInit | null): void {
    if (candidate?.candidate) this.#step({ type: "candidate" });
  }

  /** A turn that came as a message, without any way for sound. */
  spoke(): void {
    this.#connected("messages");
  }

  /** Sound may come and go this way from now on. */
  way(transport: Transport | WebRtcTransport): void {
    if ("stage" in transport) this.#peer = transport;
    else this.#connected("websocket");
    transport.on("connected", () => {
      if (!("stage" in transport)) return;
      this.#tell(transport);
      this.#connected(undefined);
      if (!this.#reports) this.#restarts.ended("succeeded");
    });
    transport.on("end", (why) => {
      if (this.#peer !== transport) return;
      this.#peer = undefined;
      if (why === "failed") this.#restarts.ended("failed");
    });
  }

  /** A step that the client took, or fresh figures of the last one. */
  reported(report: ConnectionReportMessage): void {
    if (this.#over) return;
    const { metrics, hooks, logger, sessionId } = this.#options;
    const path = report.kind === "websocket" ? report.kind : pathOf(report.pair);
    this.#go(path);
    if (report.afterMs !== this.#stepAt) this.#countStep(report, path);
    this.#stepAt = report.afterMs;
    measureQuality(report, path, metrics);
    this.#say(path);
    void callHook(hooks.onConnectionReport, logger, sessionId(), report);
  }

  trouble(reason: ConnectionReason): void {
    if (this.#over || ++this.#troubles > mostTroubles) return;
    const { metrics, hooks, logger, sessionId } = this.#options;
    metrics.increment(MetricNames.CONNECTION_TROUBLES, 1, { reason });
    logger.info({ reason, sessionId: sessionId() }, "trouble at the caller's end");
    void callHook(hooks.onConnectionTrouble, logger, sessionId(), reason);
    this.#step({ type: "trouble", reason });
  }

  /** An attempt that has not connected yet ends by our own doing. */
  giveUp(reason: ConnectionReason): void {
    this.#step({ type: "given-up", reason });
  }

  /** It was no attempt: its socket belongs, or should belong, to another call. */
  forget(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#attempt = { phase: "checked" };
  }

  /** The caller hangs up. */
  goodbye(): void {
    this.#saidGoodbye = true;
  }

  /** The socket is closed. */
  closed(): void {
    const { metrics } = this.#options;
    this.#over = true;
    this.#restarts.ended("failed");
    if (this.#attempt.phase === "connected" && !this.#saidGoodbye) {
      metrics.increment(MetricNames.CONNECTION_DROPS);
    }
    this.#step({ type: "over", stage: this.#peer?.stage });
    this.#say(undefined);
    this.#go(undefined);
    this.#cancel?.();
  }

  get #reports(): boolean {
    return this.#options.features().has("reports");
  }

  #connected(path: ConnectionPath | undefined): void {
    if (!this.#reports && path !== "messages") {
      const pair = path === undefined ? this.#peer?.pair : undefined;
      if (pair && this.#path === undefined) this.#countPair(pair);
      this.#go(path ?? pathOf(pair));
    }
    const before = this.#attempt;
    this.#step({ type: "connected" });
    if (before === this.#attempt || this.#attempt.phase !== "connected") return;
    this.#unsaid = { tookMs: this.#attempt.tookMs, path };
    if (!this.#reports || path === "messages") this.#say(undefined);
    else
      this.#cancel = this.#clock.after(reportWithinMs, () => {
        this.#say(undefined);
      });
  }

  /** For those who debug a network. The logger masks addresses, unless it was asked not to. */
  #tell({ pair, addresses }: WebRtcTransport): void {
    const { logger, sessionId } = this.#options;
    logger.debug({ ...pair, ...addresses, sessionId: sessionId() }, "path of a call");
  }

  #go(path: ConnectionPath | undefined): void {
    this.#options.paths.move(this.#path, path);
    this.#path = path;
  }

  #countStep(
    { kind, pair, why, recoveredAfterMs }: ConnectionReportMessage,
    path: ConnectionPath,
  ): void {
    const { metrics } = this.#options;
    if (kind === "webrtc") this.#restarts.ended("succeeded");
    if (pair) this.#countPair(pair);
    metrics.increment(MetricNames.CONNECTION_STEPS, 1, { path, why });
    if (recoveredAfterMs !== undefined) {
      metrics.timing(MetricNames.RECOVERY_TIME, recoveredAfterMs, { path });
    }
  }

  #countPair({ local, remote, protocol, relayProtocol }: SelectedPair): void {
    const relay = relayProtocol ?? "none";
    const tags = { client: local, server: remote, protocol, relay };
    this.#options.metrics.increment(MetricNames.CONNECTION_PAIRS, 1, tags);
  }

  #step(event: AttemptEvent): void {
    const before = this.#attempt;
    this.#attempt = nextAttempt(before, event, this.#clock.now());
    if (before === this.#attempt) return;
    const { phase } = this.#attempt;
    if (phase === "connecting") {
      if (!this.#attempt.check) this.#count();
      return;
    }
    this.#cancel?.();
    if (phase === "checked") this.#options.metrics.increment(MetricNames.CONNECTION_CHECKS);
    else this.#count();
    if (phase === "failed") {
      const { reason, tookMs } = this.#attempt;
      this.#end({ outcome: "failed", reason, tookMs });
    }
  }

  #count(): void {
    if (this.#counted) return;
    this.#counted = true;
    this.#options.metrics.increment(MetricNames.CONNECTION_ATTEMPTS);
  }

  /** How the caller was connected, as soon as that is known. */
  #say(path: ConnectionPath | undefined): void {
    const unsaid = this.#unsaid;
    if (!unsaid) return;
    this.#unsaid = undefined;
    this.#cancel?.();
    const { metrics } = this.#options;
    const way = path ?? unsaid.path ?? pathOf(this.#peer?.pair);
    metrics.timing(MetricNames.CONNECT_TIME, unsaid.tookMs, { path: way });
    this.#end({ outcome: "connected", path: way, tookMs: unsaid.tookMs });
  }

  #end(outcome: ConnectionOutcome): void {
    const { metrics, hooks, logger, sessionId } = this.#options;
    const reason = outcome.outcome === "failed" ? outcome.reason : "none";
    metrics.increment(MetricNames.CONNECTION_OUTCOMES, 1, { outcome: outcome.outcome, reason });
    const fields = { ...outcome, sessionId: sessionId() };
    if (outcome.outcome === "connected") logger.info(fields, "caller connected");
    else if (outcome.reason === "left") logger.info(fields, "caller left before the connection");
    else logger.warn(fields, "caller not connected");
    void callHook(hooks.onConnectionOutcome, logger, sessionId(), outcome);
  }
}
