import { type ConnectionPath, MetricNames, type MetricsAdapter } from "@metered/llmrtc-core";

/** How many calls go which way now, over all connections of a server. */
export class CallsByPath {
  readonly #metrics: MetricsAdapter;
  readonly #counts = new Map<ConnectionPath, number>();

  constructor(metrics: MetricsAdapter) {
    this.#metrics = metrics;
  }

  /** A call goes another way; undefined: none (yet, or any more). */
  move(from: ConnectionPath | undefined, to: ConnectionPath | undefined): void {
    if (from === to) return;
    if (from !== undefined) this.#add(from, -1);
    if (to !== undefined) this.#add(to, 1);
  }

  #add(path: ConnectionPath, by: number): void {
    const count = (this.#counts.get(path) ?? 0) + by;
    this.#counts.set(path, count);
    this.#metrics.gauge(MetricNames.CONNECTION_CALLS, count, { path });
  }
}
