import type { MetricsAdapter } from "@metered/llmrtc-core";

/** Every number goes to all of them. */
export function toAll(adapters: readonly MetricsAdapter[]): MetricsAdapter {
  return {
    increment(...args) {
      for (const adapter of adapters) adapter.increment(...args);
    },
    timing(...args) {
      for (const adapter of adapters) adapter.timing(...args);
    },
    gauge(...args) {
      for (const adapter of adapters) adapter.gauge(...args);
    },
  };
}
