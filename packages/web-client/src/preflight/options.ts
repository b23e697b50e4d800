import type { WebClientConfig } from "../config.ts";
import type { PreflightReport } from "./report.ts";

export interface PreflightOptions extends Pick<
  WebClientConfig,
  "signallingUrl" | "protocols" | "iceServers" | "iceTransportPolicy" | "logger"
> {
  /** Default true: the system's; constraints choose another. False leaves it alone, and asks nobody. */
  readonly microphone?: boolean | MediaTrackConstraints | undefined;
  /** Gets the report so far, whenever something more is known. */
  readonly onProgress?: ((report: PreflightReport) => void) | undefined;
  /** Ends it at once, whatever it waits for; a microphone that is allowed later is closed again. */
  readonly signal?: AbortSignal | undefined;
}
