import type { IceServer } from "@metered/llmrtc-core";
import { chooseIceServers } from "../ice/choose.ts";
import { usableLease } from "../ice/lease.ts";
import { defaultStun, IceSourceError } from "../ice/source.ts";
import type { Finding } from "./doctor-finding.ts";
import type { ServerSettings } from "./environment.ts";

/** The list that callers would get now. */
export interface ConfiguredServers {
  readonly iceServers: readonly IceServer[];
  /** They stand in the configuration, and nobody will renew their credentials. */
  readonly fixed: boolean;
  /** Where they come from, or why they do not. */
  readonly finding: Finding;
}

/** How long the source may take: a caller's `ready` is not held up longer either. */
const sourceLimitMs = 2_000;

/** Asks the source that the configuration chooses, as a new call would. */
export async function configuredServers(
  settings: ServerSettings,
  { fetch }: { readonly fetch: typeof globalThis.fetch },
): Promise<ConfiguredServers> {
  const source = chooseIceServers(settings, { fetch });
  const fixed = Array.isArray(settings.iceServers);
  const at = { subject: "ICE servers", check: "source" };
  try {
    const answer = await source.mint({ signal: AbortSignal.timeout(sourceLimitMs) });
    const { iceServers, warning } = usableLease(answer, Date.now());
    return { iceServers, fixed, finding: { ...at, ...judgeSource(source.description, warning) } };
  } catch (error) {
    const why = error instanceof IceSourceError ? error.message : "no answer in time";
    return {
      iceServers: defaultStun,
      fixed,
      finding: {
        ...at,
        verdict: "failed",
        finding: `${source.description}: ${why}`,
        remedy: "Callers get no TURN until it works: check the key and the way to that service.",
      },
    };
  }
}

function judgeSource(description: string, warning: string | undefined) {
  if (warning === undefined) return { verdict: "ok", finding: description } as const;
  const remedy =
    "Calls go on with what there is: correct it in the environment, or ask that service.";
  return { verdict: "warning", finding: `${description}: ${warning}`, remedy } as const;
}
