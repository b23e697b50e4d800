import { browser, type Environment } from "../environment.ts";
import type { PreflightOptions } from "./options.ts";
import type { PreflightReport } from "./report.ts";
import { Run } from "./run.ts";
import { untilAborted } from "./until-aborted.ts";

/**
 * Checks a connection without a call: the WebSocket, each STUN and TURN server over each transport, a real
 * WebRTC connection to the server, and the microphone. Takes a second or two on a good network, at most
 * 20 s on a bad one, longer only while the browser asks for the microphone. What was not finished by then
 * is `skipped`, and says so.
 *
 * @throws the signal's reason when it aborts; what `signallingUrl` throws is a finding, not an error
 */
export async function preflight(
  options: PreflightOptions,
  environment: Environment = browser,
): Promise<PreflightReport> {
  const { signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const run = new Run(options, environment, signal);
  await untilAborted(Promise.all([run.microphone(), run.connection()]), signal);
  return run.report;
}
