import { type IceServer, LLMRTCError } from "@metered/llmrtc-core";
import * as z from "zod/mini";
import { withinLimit } from "./probe/limit.ts";
import { remembered } from "./remembered.ts";
import { checkKey, checkLabel, checkLifetime } from "./source-options.ts";
import {
  type IceServerLease,
  type IceServerRequest,
  type IceServerSource,
  IceSourceError,
} from "./source.ts";
import { askVendor, type Listed, listedServers } from "./vendor.ts";

export interface MeteredOptions {
  /** From the Metered dashboard: `myapp`, or `myapp.metered.live`. */
  readonly appName: string;
  /** Of one TURN credential: all calls share it. */
  readonly apiKey: string;
  /** E.g. `us_east`, `europe`; nearest when absent. */
  readonly region?: string | undefined;
  /** The application's secret key: each call then gets a credential of its own, which expires. */
  readonly secretKey?: string | undefined;
  /** How long that credential lives, from 60 to 172,800. Default 3600. */
  readonly ttlSeconds?: number | undefined;
}

export interface MeteredSurroundings {
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly now?: () => number;
}

/** A shared credential says nothing about its lifetime. */
const checkAfterMs = 5 * 60_000;
/** A plan without credentials per call refuses each time: ask again after so long. */
const refusedForMs = 10 * 60_000;
/** No caller should wait for what has just not come for another. */
const failedForMs = 30_000;
/** The list must reach the caller, who waits 2 s, also where a credential of his own does not. */
const createdWithinMs = 1_200;
const vendor = "Metered";

export const meteredLifetimes = { least: 60, most: 172_800 };

const text = z.string().check(z.minLength(1));
const created = z.object({
  username: text,
  password: text,
  expiryInSeconds: z.optional(z.nullable(z.number().check(z.positive()))),
});

/**
 * TURN servers of a Metered account (metered.ca/docs/turn-rest-api): the shared credential of
 * `apiKey`, or with `secretKey` one per call. Where the account does not allow that, the shared one.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`, naming the option
 */
export function meteredIceServers(
  options: MeteredOptions,
  { fetch, now = Date.now }: MeteredSurroundings = {},
): IceServerSource {
  const { appName, apiKey, region, secretKey, ttlSeconds } = checked(options);
  const base = `https://${appName}.metered.live/api/v1/turn`;
  const description = `Metered (${appName}${region ? `, ${region}` : ""})`;

  const loadShared = async (signal: AbortSignal): Promise<Listed> => {
    const url = new URL(`${base}/credentials`);
    url.searchParams.set("apiKey", apiKey);
    if (region) url.searchParams.set("region", region);
    const check = "check METERED_APP_NAME and METERED_API_KEY";
    const answer = await askVendor(z.array(z.unknown()), { vendor, url, check, signal, fetch });
    return listedServers(vendor, answer);
  };
  const shared = async ({ signal }: IceServerRequest): Promise<IceServerLease> => ({
    ...(await loadShared(signal)),
    checkAfterMs,
  });
  if (secretKey === undefined) return { description, shared: true, mint: shared };

  const servers = remembered(loadShared, checkAfterMs, now);
  let refusal = { until: -Infinity, why: "" };

  const create = (label: string, signal: AbortSignal) => {
    const url = new URL(`${base}/credential`);
    url.searchParams.set("secretKey", secretKey);
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ expiryInSeconds: ttlSeconds, label }),
    };
    const check = "check METERED_SECRET_KEY";
    return withinLimit({ signal, ms: createdWithinMs }, (within) =>
      askVendor(created, { vendor, url, init, check, signal: within, fetch }),
    );
  };
  const together = (listed: Listed): IceServerLease => ({
    ...listed,
    checkAfterMs,
    warning: `calls share one, since ${refusal.why}`,
  });

  return {
    description: `${description}, a credential per call`,
    async mint({ sessionId = "reserve", signal }) {
      const askedAt = now();
      if (askedAt < refusal.until) return together(await servers(signal));
      const [listed, own] = await Promise.allSettled([servers(signal), create(sessionId, signal)]);
      if (listed.status === "rejected") throw listed.reason;
      if (own.status === "rejected") {
        signal.throwIfAborted(); // then it was not Metered that failed
        refusal = refusalFrom(own.reason, now());
        return together(listed.value);
      }
      const seconds = own.value.expiryInSeconds ?? ttlSeconds;
      const iceServers = withCredential(listed.value.iceServers, own.value);
      return { ...listed.value, iceServers, expiresAt: askedAt + seconds * 1000 };
    },
  };
}

function checked(options: MeteredOptions) {
  const given: unknown = options;
  if (typeof given !== "object" || given === null) {
    throw new LLMRTCError("INVALID_CONFIG", "metered must have an appName and an apiKey");
  }
  const { apiKey, region, secretKey, ttlSeconds = 3600 } = options;
  const appName = meteredAppName(options.appName);
  checkLabel("metered.appName", appName); // it becomes part of a host name, and the key goes there
  checkKey("metered.apiKey", apiKey);
  if (region !== undefined) checkLabel("metered.region", region);
  if (secretKey !== undefined) checkKey("metered.secretKey", secretKey);
  checkLifetime("metered.ttlSeconds", ttlSeconds, meteredLifetimes);
  return { appName, apiKey, region, secretKey, ttlSeconds };
}

/** `myapp`, also where somebody gives the whole host name. */
export function meteredAppName<T>(given: T): T | string {
  return typeof given === "string" ? given.replace(/\.metered\.live$/i, "") : given;
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

/** Until when nobody asks again, and why not. */
function refusalFrom(reason: unknown, now: number) {
  const { message, status = 0 } =
    reason instanceof IceSourceError ? reason : { message: `${vendor} could not be asked` };
  const final = status >= 400 && status < 500 && status !== 429;
  return { until: now + (final ? refusedForMs : failedForMs), why: message };
}
