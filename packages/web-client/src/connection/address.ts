import type { Clock } from "@metered/llmrtc-core";
import type { WebClientConfig } from "../config.ts";
import { LLMRTCClientError } from "../errors.ts";

const withinMs = 10_000;

/**
 * Where to connect to; at once, if that never changes. Else the application may have to fetch a token first.
 *
 * @throws {LLMRTCClientError} `SIGNALLING_FAILED` when it does not say in time; what its function throws
 */
export function addressFrom(
  given: WebClientConfig["signallingUrl"],
  clock: Clock,
): string | Promise<string> {
  if (typeof given === "string") return given;
  return new Promise((resolve, reject) => {
    const cancel = clock.after(withinMs, () => {
      reject(new LLMRTCClientError("SIGNALLING_FAILED", "signallingUrl gave no address in time."));
    });
    const asking = async () => given();
    void asking().then(resolve, reject).finally(cancel);
  });
}
