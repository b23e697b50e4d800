import type { Logger } from "@metered/llmrtc-core";
import { knownAddresses, maskAddresses } from "./mask-addresses.ts";
import { maskedValue } from "./masked-value.ts";

/**
 * Passes lines on to `logger` with the IP addresses in them masked: `203.0.x.x`, `2001:db8::x`. The
 * server does so with its own lines; for those of your hooks it is here.
 *
 * @param readable addresses that stay: your own, say
 */
export function maskingLogger(logger: Logger, readable: readonly string[] = []): Logger {
  const known = knownAddresses(readable);
  const mask = (text: string): string => maskAddresses(text, known);
  const write =
    (level: keyof Logger) =>
    (fields: object, message?: string): void => {
      const safe = safeFields(fields, mask);
      if (message === undefined) logger[level](safe);
      else logger[level](safe, mask(message));
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
}

function safeFields(fields: object, mask: (text: string) => string): object {
  try {
    return maskedValue(fields, mask) as object;
  } catch {
    return { fields: "unreadable" }; // a getter that throws: no line may break a call
  }
}
