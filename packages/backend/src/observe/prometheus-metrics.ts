import type { MetricsAdapter, MetricTags } from "@metered/llmrtc-core";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type MetricKind, metricKinds } from "./metric-kinds.ts";

/** More series than this of one metric share one: whatever comes in tags must not fill the memory. */
const mostSeries = 200;
const longestLabel = 120;
/** What names a person, a call or a secret is no label, whoever sets it as a tag. */
const personal: ReadonlySet<string> = new Set(
  "id ids ip user username email phone address token secret key password credential".split(" "),
);

interface Known<M> {
  readonly metric: M;
  readonly labels: readonly string[];
  readonly series: Set<string>;
}

/**
 * Numbers in the text format of Prometheus. `llmrtc.stt.duration_ms` becomes the histogram
 * `llmrtc_stt_duration_seconds`, a counter ends in `_total`. Metrics of your own get the labels that their
 * first tags have.
 */
export class PrometheusMetrics implements MetricsAdapter {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Known<Counter>>();
  readonly #gauges = new Map<string, Known<Gauge>>();
  readonly #histograms = new Map<string, Known<Histogram>>();

  /** As `Content-Type` of the text. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, as Prometheus reads it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  increment(name: string, value = 1, tags: MetricTags = {}): void {
    const known = this.#known(this.#counters, name, tags, (kind) => {
      return new Counter({ ...this.#shape(kind), name: `${plain(name)}_total` });
    });
    known.metric.inc(labelsOf(known, tags), value);
  }

  gauge(name: string, value: number, tags: MetricTags = {}): void {
    const known = this.#known(this.#gauges, name, tags, (kind) => {
      return new Gauge({ ...this.#shape(kind), name: plain(name) });
    });
    known.metric.set(labelsOf(known, tags), value);
  }

  timing(name: string, durationMs: number, tags: MetricTags = {}): void {
    const known = this.#known(this.#histograms, name, tags, (kind) => {
      const inSeconds = `${plain(name.replace(/[._]?ms$/, ""))}_seconds`;
      const { buckets } = kind;
      return new Histogram({
        ...this.#shape(kind),
        name: inSeconds,
        ...(buckets && { buckets: [...buckets] }),
      });
    });
    known.metric.observe(labelsOf(known, tags), durationMs / 1000);
  }

  #known<M>(
    all: Map<string, Known<M>>,
    name: string,
    tags: MetricTags,
    make: (kind: MetricKind) => M,
  ): Known<M> {
    const before = all.get(name);
    if (before) return before;
    const kind = metricKinds[name] ?? { help: name, labels: Object.keys(tags).filter(isLabel) };
    const known = { metric: make(kind), labels: kind.labels, series: new Set<string>() };
    all.set(name, known);
    return known;
  }

  #shape({ help, labels }: MetricKind) {
    return { help, labelNames: labels.map(plain), registers: [this.#registry] };
  }
}

function isLabel(tag: string): boolean {
  const words = tag.split(/(?=[A-Z])|[^a-zA-Z]+/).map((word) => word.toLowerCase());
  return /^[a-zA-Z]/.test(tag) && !words.some((word) => personal.has(word));
}

function labelsOf<M>({ labels, series }: Known<M>, tags: MetricTags): Record<string, string> {
  const values = labels.map((label) => (tags[label] ?? "").slice(0, longestLabel));
  const key = JSON.stringify(values);
  const isNew = !series.has(key);
  if (isNew && series.size >= mostSeries) values.fill("other");
  else if (isNew) series.add(key);
  return Object.fromEntries(labels.map((label, at) => [plain(label), values[at] ?? ""]));
}

/** Names and labels of Prometheus have letters, digits and underscores. */
function plain(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_");
}
