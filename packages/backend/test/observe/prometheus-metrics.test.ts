import { PrometheusMetrics } from "@metered/llmrtc-backend";
import { MetricNames, silentLogger } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { metricKinds } from "../../src/observe/metric-kinds.ts";

describe("the text for Prometheus", () => {
  test("has seconds for milliseconds, totals, gauges, and help", async () => {
    const metrics = new PrometheusMetrics();
    metrics.timing(MetricNames.STT_DURATION, 184, { provider: "whisper" });
    metrics.increment(MetricNames.CONNECTION_OUTCOMES, 1, { outcome: "failed", reason: "refused" });
    metrics.gauge(MetricNames.CONNECTIONS, 3);
    const text = await metrics.text();
    expect(text).toContain('llmrtc_stt_duration_seconds_bucket{le="0.2",provider="whisper"} 1');
    expect(text).toContain('llmrtc_stt_duration_seconds_sum{provider="whisper"} 0.184');
    expect(text).toContain('llmrtc_connection_outcomes_total{outcome="failed",reason="refused"} 1');
    expect(text).toContain("llmrtc_connections_active 3");
    expect(text).toContain("# HELP llmrtc_stt_duration_seconds From the end of an utterance");
  });

  test("has no label that names a person, a call or a secret", async () => {
    const metrics = new PrometheusMetrics();
    const tags = { sessionId: "s-1", user: "anna", apiKey: "k-1", ip: "192.0.2.1", plan: "free" };
    metrics.increment("shop.orders", 1, tags);
    metrics.increment(MetricNames.CONNECTION_ATTEMPTS, 1, tags);
    const text = await metrics.text();
    expect(text).toContain('shop_orders_total{plan="free"} 1');
    for (const secret of ["s-1", "anna", "k-1", "192.0.2.1"]) expect(text).not.toContain(secret);
  });

  test("does not grow without a bound, whatever comes in tags, and loses no count", async () => {
    const metrics = new PrometheusMetrics();
    for (let n = 0; n < 1_000; n++) metrics.increment("shop.visits", 1, { page: `page ${n}` });
    const values = [...(await metrics.text()).matchAll(/^shop_visits_total\{.*\} (\d+)$/gm)];
    expect(values.length).toBeLessThanOrEqual(201);
    expect(values.reduce((sum, [, value]) => sum + Number(value), 0)).toBe(1_000);
  });

  test("takes any name and any tags", async () => {
    const metrics = new PrometheusMetrics();
    const tags = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
    let n = 0;
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), tags, (name, given) => {
        metrics.increment(`own.${n++}.${name}`, 1, given);
      }),
    );
    expect((await metrics.text()).length).toBeGreaterThan(0);
  });

  test("knows every metric that the server counts by name", () => {
    const reserved = /tool|playbook|llm\.tokens|sessions\.active|session\.turns/;
    const names = Object.values(MetricNames).filter((name) => !reserved.test(name));
    expect(Object.keys(metricKinds).sort()).toEqual([...names].sort());
  });
});

describe("what Prometheus cannot take", () => {
  type Call = readonly ["increment" | "gauge" | "timing", ...unknown[]];
  const use = (metrics: PrometheusMetrics, [method, ...args]: Call): void => {
    metrics[method](...(args as [never, never, never]));
  };
  const unfit: readonly (readonly [string, readonly Call[]])[] = [
    [
      "a second counter of the same name",
      [
        ["increment", "a.b"],
        ["increment", "a_b"],
      ],
    ],
    [
      "a gauge and a timing of one name",
      [
        ["gauge", "y_seconds", 1],
        ["timing", "y", 1],
      ],
    ],
    [
      "a gauge that is part of a timing",
      [
        ["timing", "y", 1],
        ["gauge", "y_seconds_sum", 1],
      ],
    ],
    [
      "a gauge that would be part of one",
      [
        ["gauge", "y_seconds_count", 1],
        ["timing", "y", 1],
      ],
    ],
    ["a counter that goes down", [["increment", "q", -1]]],
    ["a counter of NaN", [["increment", "q", NaN]]],
    ["a timing of NaN", [["timing", "t", NaN]]],
    ["a timing before its start", [["timing", "t", -5]]],
    ["an endless gauge", [["gauge", "g", Infinity]]],
    ["a text for a number", [["gauge", "g", "5"]]],
    ["a metric without a name", [["gauge", "", 1]]],
    ["a name that is none", [["increment", undefined]]],
    ["a very long name", [["increment", "x".repeat(1_000)]]],
    ["tags that are none", [["increment", "z", 1, null]]],
  ];
  const lines = (text: string) => text.split("\n").filter((line) => /^[^#]/.test(line));

  test.each(unfit)("is left out, and told once: %s", async (_, calls) => {
    const warnings: object[] = [];
    const logger = { ...silentLogger, warn: (fields: object) => warnings.push(fields) };
    const metrics = new PrometheusMetrics({ logger });
    metrics.increment("before");
    for (let n = 0; n < 3; n += 1) for (const call of calls) use(metrics, call);
    metrics.increment("after");
    expect(warnings).toHaveLength(1);
    const text = await metrics.text();
    expect(text).toContain("before_total 1");
    expect(text).toContain("after_total 1");
    const series = lines(text).map((line) => line.replace(/ \S+$/, ""));
    expect(new Set(series).size).toBe(series.length);
    expect(text).not.toMatch(/NaN|Infinity/i);
  });

  test("is not a tag that is a number", async () => {
    const metrics = new PrometheusMetrics();
    metrics.increment("z", 1, { n: 5, deep: {} } as never);
    expect(await metrics.text()).toContain('z_total{n="5",deep=""} 1');
  });

  test("is a label twice, too many of them, or the one of buckets", async () => {
    const metrics = new PrometheusMetrics();
    metrics.timing("w", 1, { "a-b": "1", a_b: "2", le: "3" });
    expect(await metrics.text()).toContain('w_seconds_sum{a_b="1"} 0.001');
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`t${n}`, "x"]));
    metrics.increment("many", 1, many);
    expect((await metrics.text()).match(/many_total\{(.*)\}/)?.[1]?.split(",")).toHaveLength(10);
  });

  test("are names without end; those of the server always have room", async () => {
    const metrics = new PrometheusMetrics();
    for (let n = 0; n < 2_000; n += 1) metrics.increment(`own.${n}`);
    metrics.increment(MetricNames.CONNECTION_ATTEMPTS);
    const text = await metrics.text();
    expect(text.match(/^own_\d+_total /gm)).toHaveLength(300);
    expect(text).toContain("llmrtc_connection_attempts_total 1");
  });

  test("is nothing that throws, whatever it is", () => {
    const name = fc.oneof(fc.string(), fc.constantFrom("a.b", "a_b", "toString", "__proto__"));
    const tags = fc.dictionary(fc.string(), fc.anything(), { maxKeys: 3 });
    const number = fc.oneof(fc.double(), fc.anything());
    const how = fc.constantFrom("increment" as const, "gauge" as const, "timing" as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(how, name, number, tags)), (calls) => {
        const metrics = new PrometheusMetrics();
        for (const call of calls) use(metrics, call);
      }),
    );
  });
});
