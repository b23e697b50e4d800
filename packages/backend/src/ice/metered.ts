import { iceServer, type IceServer, type Logger } from "@metered/llmrtc-core";
import * as z from "zod/mini";
import { defaultStun, type IceServerSource } from "./source.ts";

export interface MeteredOptions {
  /** From the Metered dashboard: `myapp` of `myapp.metered.live`. */
  readonly appName: string;
  readonly apiKey: string;
  /** E.g. `us_east`, `europe`; nearest when absent. */
  readonly region?: string;
}

/** `ready` must not wait longer than this for credentials. */
const fetchTimeoutMs = 2_000;
const cacheMs = 5 * 60_000;

/**
 * TURN credentials of a Metered account, shared by all calls and fetched again every five minutes.
 * `GET https://{app}.metered.live/api/v1/turn/credentials` (metered.ca/docs/turn-rest-api).
 */
export function meteredIceServers({
  appName,
  apiKey,
  region,
  logger,
  fetch = globalThis.fetch,
}: MeteredOptions & {
  readonly logger: Logger;
  readonly fetch?: typeof globalThis.fetch | undefined;
}): IceServerSource {
  const url = new URL(`https://${appName}.metered.live/api/v1/turn/credentials`);
  url.searchParams.set("apiKey", apiKey);
  if (region) url.searchParams.set("region", region);

  let last: { readonly servers: readonly IceServer[]; readonly at: number } | undefined;
  let pending: Promise<readonly IceServer[]> | undefined;

  const load = async (): Promise<readonly IceServer[]> => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const servers = z.array(iceServer).parse(await response.json());
      last = { servers, at: Date.now() };
      return servers;
    } catch (error) {
      // The message alone: a fetch error's cause may hold the URL, and the URL holds the key.
      const reason = error instanceof Error ? error.message.replaceAll(apiKey, "***") : "failed";
      logger.warn({ reason, appName }, "Metered gave no TURN credentials; check METERED_API_KEY");
      return last?.servers ?? defaultStun;
    } finally {
      pending = undefined;
    }
  };

  return {
    description: `Metered (${appName}${region ? `, ${region}` : ""})`,
    iceServers: async () => {
      if (last && Date.now() - last.at < cacheMs) return last.servers;
      return (pending ??= load());
    },
  };
}
