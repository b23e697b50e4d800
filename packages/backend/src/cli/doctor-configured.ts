import { type IceServer, LLMRTCError } from "@metered/llmrtc-core";
import { chooseIceServers } from "../ice/choose.ts";
import { usableLease } from "../ice/lease.ts";
import { withinLimit } from "../ice/probe/limit.ts";
import { defaultStun, type IceServerSource, IceSourceError } from "../ice/source.ts";
import { orAborted } from "../transport/webrtc/abort.ts";
import type { Finding } from "./doctor-finding.ts";
import type { ServerSettings } from "./environment.ts";

/** The list that callers would get now. */
export interface ConfiguredServers {
  readonly iceServers: readonly IceServer[];
  /** They stand in the configuration, and nobody will renew their credentials. */
  readonly fixed: boolean;
  /** Where they come from, or why they do not; and why the server would not start with them. */
  readonly findings: readonly Finding[];
}

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly fetch: typeof globalThis.fetch;
}

/** How long the source may take: a caller's `ready` is not held up longer either. */
const sourceLimitMs = 2_000;
const subject = "ICE servers";

/** Asks the source that the configuration chooses, as a new call would. Never throws for what it finds. */
export async function configuredServers(
  settings: ServerSettings,
  { signal, fetch }: AskOptions,
): Promise<ConfiguredServers> {
  const fixed = Array.isArray(settings.iceServers);
  const { source, faults } = chosen(settings, fetch);
  const at = { subject, check: "source" };
  try {
    const answer = await withinLimit({ signal, ms: sourceLimitMs }, (within) =>
      orAborted(source.mint({ signal: within }), within),
    );
    const { iceServers, warning } = usableLease(answer, Date.now());
    const found: Finding = { ...at, ...judgeSource(source.description, warning) };
    return { iceServers, fixed, findings: [...faults, found] };
  } catch (error) {
    const why = error instanceof IceSourceError ? error.message : "no answer in time";
    const found: Finding = {
      ...at,
      verdict: "failed",
      finding: `${source.description}: ${why}`,
      remedy: "Callers get no TURN until it works: check the key and the way to that service.",
    };
    return { iceServers: defaultStun, fixed, findings: [...faults, found] };
  }
}

interface Chosen {
  readonly source: IceServerSource;
  readonly faults: readonly Finding[];
}

/** What the server would choose, were it not for a policy that asks for a TURN server that is not there. */
function chosen(settings: ServerSettings, fetch: typeof globalThis.fetch): Chosen {
  try {
    return { source: chooseIceServers(settings, { fetch }), faults: [] };
  } catch (error) {
    if (!(error instanceof LLMRTCError)) throw error;
    const source = chooseIceServers({ ...settings, iceTransportPolicy: "all" }, { fetch });
    const fault: Finding = {
      subject,
      check: "policy",
      verdict: "failed",
      finding: error.message,
      remedy: "Configure TURN, or unset ICE_TRANSPORT_POLICY: the server does not start like this.",
    };
    return { source, faults: [fault] };
  }
}

function judgeSource(description: string, warning: string | undefined) {
  if (warning === undefined) return { verdict: "ok", finding: description } as const;
  const remedy =
    "Calls go on with what there is: correct it in the environment, or ask that service.";
  return { verdict: "warning", finding: `${description}: ${warning}`, remedy } as const;
}
