import { type IceServer, LLMRTCError } from "@metered/llmrtc-core";
import * as z from "zod/mini";
import { remembered } from "./remembered.ts";
import {
  type IceServerLease,
  type IceServerRequest,
  type IceServerSource,
  IceSourceError,
} from "./source.ts";
import { askVendor, listedIceServers } from "./vendor.ts";

export interface MeteredOptions {
  /** From the Metered dashboard: `myapp` of `myapp.metered.live`. */
  readonly appName: string;
  /** Of one TURN credential: all calls share it. */
  readonly apiKey: string;
  /** E.g. `us_east`, `europe`; nearest when absent. */
  readonly region?: string | undefined;
  /** The application's secret key: each call then gets a credential of its own, which expires. */
  readonly secretKey?: string | undefined;
  /** How long that credential lives. Default 3600. */
  readonly ttlSeconds?: number | undefined;
}

export interface MeteredSurroundings {
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly now?: () => number;
}

/** A shared credential says nothing about its lifetime. */
const checkAfterMs = 5 * 60_000;
/** A plan without credentials per session refuses each time: ask again after so long. */
const refusedForMs = 10 * 60_000;
const vendor = "Metered";

const created = z.object({ username: z.string(), password: z.string() });

/**
 * TURN servers of a Metered account (metered.ca/docs/turn-rest-api): the shared credential of
 * `apiKey`, or with `secretKey` one per call. Where the account does not allow that, the shared one.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`, naming the option
 */
export function meteredIceServers(
  { appName, apiKey, region, secretKey, ttlSeconds = 3600 }: MeteredOptions,
  { fetch, now = Date.now }: MeteredSurroundings = {},
): IceServerSource {
  // It becomes part of a host name, and the key goes there.
  if (!/^[\w-]{1,63}$/.test(appName)) {
    throw new LLMRTCError(
      "INVALID_CONFIG",
      "metered.appName must be one word of letters and digits",
    );
  }
  if (!apiKey) throw new LLMRTCError("INVALID_CONFIG", "metered.apiKey is missing");
  const base = `https://${appName}.metered.live/api/v1/turn`;
  const description = `Metered (${appName}${region ? `, ${region}` : ""})`;

  const loadShared = (signal: AbortSignal): Promise<readonly IceServer[]> => {
    const url = new URL(`${base}/credentials`);
    url.searchParams.set("apiKey", apiKey);
    if (region) url.searchParams.set("region", region);
    const check = "check METERED_APP_NAME and METERED_API_KEY";
    return askVendor(listedIceServers, { vendor, url, check, signal, fetch });
  };
  const shared = async ({ signal }: IceServerRequest): Promise<IceServerLease> => ({
    iceServers: await loadShared(signal),
    checkAfterMs,
  });
  if (secretKey === undefined) return { description, shared: true, mint: shared };

  const servers = remembered(loadShared, checkAfterMs, now);
  let refusedUntil = -Infinity;

  const create = (label: string, signal: AbortSignal) => {
    const url = new URL(`${base}/credential`);
    url.searchParams.set("secretKey", secretKey);
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ expiryInSeconds: ttlSeconds, label }),
    };
    const check = "check METERED_SECRET_KEY";
    return askVendor(created, { vendor, url, init, check, signal, fetch });
  };

  return {
    description: `${description}, a credential per call`,
    async mint({ sessionId = "reserve", signal }) {
      if (now() < refusedUntil) return { iceServers: await servers(signal), checkAfterMs };
      const expiresAt = now() + ttlSeconds * 1000;
      const [listed, own] = await Promise.allSettled([servers(signal), create(sessionId, signal)]);
      if (listed.status === "rejected") throw listed.reason;
      if (own.status === "fulfilled") {
        return { iceServers: withCredential(listed.value, own.value), expiresAt };
      }
      const { reason } = own as { readonly reason: unknown };
      if (reason instanceof IceSourceError && isRefusal(reason))
        refusedUntil = now() + refusedForMs;
      return { iceServers: listed.value, checkAfterMs };
    },
  };
}

/** STUN servers need no credential and have none. */
function withCredential(
  servers: readonly IceServer[],
  { username, password }: z.infer<typeof created>,
): readonly IceServer[] {
  return servers.map((server) =>
    server.username === undefined ? server : { ...server, username, credential: password },
  );
}

function isRefusal({ status = 0 }: IceSourceError): boolean {
  return status >= 400 && status < 500 && status !== 429;
}
