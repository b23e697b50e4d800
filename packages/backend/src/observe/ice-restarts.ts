import { MetricNames, type MetricsAdapter } from "@metered/llmrtc-core";

/** Counts ICE restarts of one connection, and how they end. A peer that is made anew is none. */
export class IceRestarts {
  readonly #metrics: MetricsAdapter;
  #ufrag: string | undefined;
  #pending = false;

  constructor(metrics: MetricsAdapter) {
    this.#metrics = metrics;
  }

  /** @param fresh of another peer than the offer before */
  offered(sdp: string, fresh: boolean): void {
    const ufrag = /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
    const restart = !fresh && this.#ufrag !== undefined && ufrag !== this.#ufrag;
    this.#ufrag = ufrag;
    if (fresh || restart) this.ended("failed"); // the one before came to nothing
    if (!restart) return;
    this.#pending = true;
    this.#metrics.increment(MetricNames.ICE_RESTARTS);
  }

  ended(outcome: "succeeded" | "failed"): void {
    if (!this.#pending) return;
    this.#pending = false;
    this.#metrics.increment(MetricNames.ICE_RESTART_OUTCOMES, 1, { outcome });
  }
}
