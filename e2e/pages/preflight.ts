import {
  LLMRTCClientError,
  LLMRTCWebClient,
  type WebClientConfig,
} from "@metered/llmrtc-web-client";
import { preflight, preflightText } from "@metered/llmrtc-web-client/preflight";

/** How `start()` of a client ended. */
export interface Ending {
  readonly code: string;
  readonly reason: string;
  readonly tookMs: number;
}

declare global {
  // What the test page holds.
  var check: {
    readonly preflight: typeof preflight;
    readonly text: typeof preflightText;
    /** Makes one try to connect. The call goes on if it did. */
    readonly connect: (config: WebClientConfig) => Promise<Ending>;
  };
}

async function connect(config: WebClientConfig): Promise<Ending> {
  const began = performance.now();
  const ending = (code: string, reason: string): Ending => {
    return { code, reason, tookMs: performance.now() - began };
  };
  const client = new LLMRTCWebClient({ ...config, reconnection: { enabled: false } });
  try {
    await client.start();
    await new Promise<void>((resolve) => {
      client.on("connectionReport", () => {
        resolve();
      });
      if (client.connectionReport) resolve();
    });
    return ending("connected", client.connectionReport?.reason ?? "none");
  } catch (error) {
    if (!(error instanceof LLMRTCClientError)) throw error;
    return ending(error.code, error.reason ?? "none");
  }
}

globalThis.check = { preflight, text: preflightText, connect };
