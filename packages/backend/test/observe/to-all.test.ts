import { InMemoryMetrics, type MetricsAdapter, silentLogger } from "@metered/llmrtc-core";
import { describe, expect, test, vi } from "vitest";
import { toAll } from "../../src/observe/to-all.ts";

describe("an application's own metrics", () => {
  const broken = (error: () => unknown): MetricsAdapter => ({
    increment: error,
    gauge: error,
    timing: error,
  });

  test.each([
    [
      "throw",
      () => {
        throw new Error("statsd is gone");
      },
    ],
    ["reject", () => Promise.reject(new Error("statsd is gone"))],
  ])("may %s: the others go on, and the log says so once", async (_, error) => {
    const errors: object[] = [];
    const logger = { ...silentLogger, error: (fields: object) => errors.push(fields) };
    const sound = new InMemoryMetrics();
    const all = toAll([broken(error), sound], logger);
    all.increment("a");
    all.gauge("b", 1);
    all.timing("c", 1);
    await vi.waitFor(() => {
      expect(errors).toMatchObject([{ error: { message: "statsd is gone" } }]);
    });
    expect([sound.counters, sound.gauges, sound.timings].map((list) => list.length)).toEqual([
      1, 1, 1,
    ]);
  });
});
