import { type Logger, type MetricsAdapter, silentLogger } from "@metered/llmrtc-core";

/** What an application wrote: perhaps async, whatever its type says. */
type Adapter = {
  readonly [Method in keyof MetricsAdapter]: (
    ...args: Parameters<MetricsAdapter[Method]>
  ) => unknown;
};

/**
 * Every number goes to all of them. One that throws or rejects is told of in the log, once, and ends
 * neither a call nor the others' counting.
 */
export function toAll(
  adapters: readonly MetricsAdapter[],
  logger: Logger = silentLogger,
): MetricsAdapter {
  const failed = new Set<Adapter>();
  const fail = (adapter: Adapter, error: unknown): void => {
    if (failed.has(adapter)) return;
    failed.add(adapter);
    logger.error({ error }, "metrics adapter failed; later failures of it are not logged");
  };
  const each = (tell: (adapter: Adapter) => unknown): void => {
    for (const adapter of adapters) {
      try {
        const told = tell(adapter);
        if (told instanceof Promise) {
          told.catch((error: unknown) => {
            fail(adapter, error);
          });
        }
      } catch (error) {
        fail(adapter, error);
      }
    }
  };
  return {
    increment(...args) {
      each((adapter) => adapter.increment(...args));
    },
    timing(...args) {
      each((adapter) => adapter.timing(...args));
    },
    gauge(...args) {
      each((adapter) => adapter.gauge(...args));
    },
  };
}
