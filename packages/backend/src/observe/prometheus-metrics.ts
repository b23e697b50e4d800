import {
  type Logger,
  type MetricsAdapter,
  type MetricTags,
  silentLogger,
} from "@metered/llmrtc-core";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { labelsFrom, labelValues, plain } from "./metric-labels.ts";
import { type MetricKind, metricKinds } from "./metric-kinds.ts";

/** More metrics of the application's own than this are left out: names must not fill the memory. */
const mostOwn = 300;
const longestName = 200;

export interface PrometheusMetricsOptions {
  /** Told what is left out, once for each reason. Default: nobody is. */
  readonly logger?: Logger | undefined;
}

interface Known<M> {
  readonly metric: M;
  readonly labels: readonly string[];
  /** Values of labels so far. */
  readonly series: Set<string>;
}

/** Why a number is left out. */
class Unfit extends Error {
  override readonly name = "Unfit";
}

/**
 * Numbers in the text format of Prometheus. `llmrtc.stt.duration_ms` becomes the histogram
 * `llmrtc_stt_duration_seconds`, a counter ends in `_total`. Metrics of your own get the labels that their
 * first tags have. What Prometheus cannot take, such as NaN or a second metric of the same name, is left out:
 * nothing here throws.
 */
export class PrometheusMetrics implements MetricsAdapter {
  readonly #logger: Logger;
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Known<Counter>>();
  readonly #gauges = new Map<string, Known<Gauge>>();
  readonly #histograms = new Map<string, Known<Histogram>>();
  /** Every name in the text. */
  readonly #taken = new Set<string>();
  readonly #told = new Set<string>();
  #own = 0;

  constructor({ logger = silentLogger }: PrometheusMetricsOptions = {}) {
    this.#logger = logger;
  }

  /** As `Content-Type` of the text. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, as Prometheus reads it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  increment(name: string, value = 1, tags: MetricTags = {}): void {
    this.#attempt(name, () => {
      if (!isAmount(value)) throw new Unfit("a counter takes numbers from 0 up");
      const { metric, ...known } = this.#known(this.#counters, name, tags, (kind) => {
        return new Counter({ ...this.#shape(kind), name: this.#free(`${plain(name)}_total`) });
      });
      metric.inc(labelValues(known, tags), value);
    });
  }

  gauge(name: string, value: number, tags: MetricTags = {}): void {
    this.#attempt(name, () => {
      if (!Number.isFinite(value)) throw new Unfit("a gauge takes finite numbers");
      const { metric, ...known } = this.#known(this.#gauges, name, tags, (kind) => {
        return new Gauge({ ...this.#shape(kind), name: this.#free(plain(name)) });
      });
      metric.set(labelValues(known, tags), value);
    });
  }

  timing(name: string, durationMs: number, tags: MetricTags = {}): void {
    this.#attempt(name, () => {
      if (!isAmount(durationMs)) throw new Unfit("a timing takes milliseconds from 0 up");
      const { metric, ...known } = this.#known(this.#histograms, name, tags, (kind) => {
        const inSeconds = `${plain(name.replace(/[._]?ms$/, ""))}_seconds`;
        const { buckets } = kind;
        return new Histogram({
          ...this.#shape(kind),
          name: this.#free(inSeconds, "_bucket", "_sum", "_count"),
          ...(buckets && { buckets: [...buckets] }),
        });
      });
      metric.observe(labelValues(known, tags), durationMs / 1000);
    });
  }

  #attempt(name: string, record: () => void): void {
    try {
      record();
    } catch (error) {
      const reason = error instanceof Unfit ? error.message : "Prometheus cannot take it";
      if (this.#told.has(reason)) return;
      this.#told.add(reason);
      this.#logger.warn(
        { metric: name, reason },
        "a number was left out; others like it are not logged",
      );
    }
  }

  #known<M>(
    all: Map<string, Known<M>>,
    name: string,
    tags: MetricTags,
    make: (kind: MetricKind) => M,
  ): Known<M> {
    const before = all.get(name);
    if (before) return before;
    const ours = Object.hasOwn(metricKinds, name) ? metricKinds[name] : undefined;
    if (name === "") throw new Unfit("it has no name");
    if (name.length > longestName) throw new Unfit("its name is too long");
    if (!ours && this.#own >= mostOwn) throw new Unfit(`there are ${mostOwn} metrics already`);
    const kind = ours ?? { help: name, labels: labelsFrom(tags) };
    const known = { metric: make(kind), labels: kind.labels, series: new Set<string>() };
    all.set(name, known);
    if (!ours) this.#own += 1;
    return known;
  }

  /** Takes a name for a metric, and those with these endings, which the text has too. */
  #free(name: string, ...endings: readonly string[]): string {
    const names = [name, ...endings.map((ending) => `${name}${ending}`)];
    if (names.some((one) => this.#taken.has(one))) {
      throw new Unfit("another metric has its name, as Prometheus writes it");
    }
    for (const one of names) this.#taken.add(one);
    return name;
  }

  #shape({ help, labels }: MetricKind) {
    return { help, labelNames: labels.map(plain), registers: [this.#registry] };
  }
}

function isAmount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
