import {
  type Clock,
  type Logger,
  MetricNames,
  type MetricsAdapter,
  NoopMetrics,
} from "@metered/llmrtc-core";
import { outlastsConnecting, renewAfterMs, usableLease } from "./lease.ts";
import {
  defaultStun,
  type IceServerLease,
  type IceServerSource,
  IceSourceError,
} from "./source.ts";
import { wallClock } from "./wall-clock.ts";

/** What a call gets. */
export interface SuppliedIceServers extends IceServerLease {
  /**
   * `own`: what the source gives this call. `reserve`: the last list that is still good, as the source
   * did not answer in time. `fallback`: STUN alone, as there is not even that.
   */
  readonly standing: "own" | "reserve" | "fallback";
}

export interface IceSupplyOptions {
  readonly source: IceServerSource;
  readonly logger: Logger;
  readonly metrics?: MetricsAdapter;
  /** Its `now` is ms since 1970. */
  readonly clock?: Clock;
}

/** A call waits no longer for its servers. */
const answerWithinMs = 2_000;
/** The list in reserve is nobody's to wait for. */
const requestWithinMs = 10_000;
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

/**
 * ICE servers for calls, whatever the source does: minted for each call, or, from a source that has one
 * list for all, kept and renewed ahead of time. A list is always in reserve; while the source fails,
 * only the reserve asks it again, one request at a time.
 */
export class IceSupply {
  readonly #source: IceServerSource;
  readonly #logger: Logger;
  readonly #metrics: MetricsAdapter;
  readonly #clock: Clock;
  #reserve: IceServerLease | undefined;
  #refreshing: Promise<void> | undefined;
  #cancelRefresh: (() => void) | undefined;
  #failures = 0;
  #failure: string | undefined;
  /** Of what the source gave last. */
  #lack: string | undefined;
  #life = new AbortController();

  constructor({
    source,
    logger,
    metrics = new NoopMetrics(),
    clock = wallClock,
  }: IceSupplyOptions) {
    this.#metrics = metrics;
    this.#source = source;
    this.#logger = logger;
    this.#clock = clock;
  }

  get description(): string {
    return this.#source.description;
  }

  /** Why the source does not give what it should, and what to do. */
  get warning(): string | undefined {
    return this.#failure ?? this.#lack ?? this.#source.warning;
  }

  /** Whether calls get a list that is renewed for all at once. */
  get shared(): boolean {
    return this.#source.shared === true;
  }

  /** Asks the source, so that a wrong key shows now. Never rejects; waits 2 s at most. */
  open(): Promise<void> {
    this.#life = new AbortController();
    return this.#inTime(this.#refresh());
  }

  /** Servers for one call, within 2 s. Never rejects. */
  async lease(sessionId: string): Promise<SuppliedIceServers> {
    if (!this.shared && this.#failures === 0) {
      const own = await this.#mintFor(sessionId);
      return own ? { ...own, standing: "own" } : this.#spare();
    }
    if (!this.#goodReserve) await this.#inTime(this.#refresh());
    return this.#spare();
  }

  /** Stops asking; `open` begins again. */
  close(): void {
    this.#life.abort();
    this.#cancelRefresh?.();
  }

  async #mintFor(sessionId: string): Promise<IceServerLease | undefined> {
    try {
      return await this.#ask(sessionId, answerWithinMs);
    } catch (error) {
      // Of calls that fail together only the first counts: the wait doubles once.
      if (this.#failures === 0) this.#failed(error);
      return undefined;
    }
  }

  /** What there is without asking. */
  #spare(): SuppliedIceServers {
    const reserve = this.#goodReserve;
    if (!reserve) return { iceServers: defaultStun, standing: "fallback" };
    return { ...reserve, standing: this.shared ? "own" : "reserve" };
  }

  get #goodReserve(): IceServerLease | undefined {
    const reserve = this.#reserve;
    return reserve && outlastsConnecting(reserve, this.#clock.now()) ? reserve : undefined;
  }

  #refresh(): Promise<void> {
    return (this.#refreshing ??= this.#askForReserve());
  }

  async #askForReserve(): Promise<void> {
    try {
      const lease = await this.#ask(undefined, requestWithinMs);
      if (this.#life.signal.aborted) return;
      if (this.#failures > 0)
        this.#logger.info({ source: this.description }, "ICE servers are back");
      this.#reserve = lease;
      this.#failures = 0;
      this.#failure = undefined;
      const waitMs = renewAfterMs(lease, this.#clock.now());
      if (waitMs !== undefined) this.#refreshIn(waitMs);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#refreshing = undefined;
    }
  }

  /** @throws what the source throws, or `IceSourceError` when it takes too long or gives nothing usable */
  async #ask(sessionId: string | undefined, withinMs: number): Promise<IceServerLease> {
    let outcome = "failed";
    try {
      const lease = usableLease(await this.#mint(sessionId, withinMs), this.#clock.now());
      outcome = "ok";
      this.#heed(lease);
      return lease;
    } finally {
      // Of what was given up because the server stops nothing is known.
      if (!this.#life.signal.aborted) {
        this.#metrics.increment(MetricNames.ICE_SERVER_REQUESTS, 1, { outcome });
      }
    }
  }

  /** Said again only when it is another. */
  #heed({ warning }: IceServerLease): void {
    const lack = warning === undefined ? undefined : `${this.description}: ${warning}`;
    if (lack !== undefined && lack !== this.#lack) {
      this.#logger.warn({ reason: lack }, "the ICE servers lack something");
    }
    this.#lack = lack;
  }

  #mint(sessionId: string | undefined, withinMs: number): Promise<unknown> {
    const late = new AbortController();
    const signal = AbortSignal.any([late.signal, this.#life.signal]);
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(withinMs, () => {
        late.abort();
      });
      signal.addEventListener(
        "abort",
        () => {
          cancel();
          reject(new IceSourceError("it did not answer in time"));
        },
        { once: true },
      );
      // In a step of its own: a source that throws at once is one that rejects.
      const asked = Promise.resolve().then(() => this.#source.mint({ sessionId, signal }));
      void asked.then(resolve, reject).finally(cancel);
    });
  }

  #failed(error: unknown): void {
    if (this.#life.signal.aborted) return;
    this.#failures += 1;
    this.#failure = `${this.description}: ${reasonOf(error)}`;
    const waitMs = Math.min(firstRetryMs * 2 ** (this.#failures - 1), longestRetryMs);
    this.#logger.warn(
      { reason: this.#failure, retryInMs: waitMs },
      "no ICE servers from the source",
    );
    this.#refreshIn(waitMs);
  }

  #refreshIn(waitMs: number): void {
    this.#cancelRefresh?.();
    this.#cancelRefresh = this.#clock.after(waitMs, () => {
      void this.#refresh();
    });
  }

  #inTime(work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(answerWithinMs, resolve);
      void work.then(() => {
        cancel();
        resolve();
      });
    });
  }
}

/** Only our own words are known to hold no key. */
function reasonOf(error: unknown): string {
  if (error instanceof IceSourceError) return error.message;
  return `it failed (${error instanceof Error ? error.name : typeof error})`;
}
