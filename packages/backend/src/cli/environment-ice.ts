import { LLMRTCError } from "@metered/llmrtc-core";
import type * as z from "zod";
import type { IceServerOptions } from "../ice/choose.ts";
import { cloudflareIceServers, cloudflareLifetimes } from "../ice/cloudflare.ts";
import { meteredLifetimes } from "../ice/metered.ts";
import { checkLifetime, type Lifetimes } from "../ice/source-options.ts";
import { turnRestIceServers } from "../ice/turn-rest.ts";
import { twilioIceServers, twilioLifetimes } from "../ice/twilio.ts";
import {
  iceServers,
  label,
  meteredApp,
  secret,
  text,
  transportPolicy,
  turnUrls,
  wholeNumber,
} from "./environment-fields.ts";

export const iceFields = {
  ICE_SERVERS: iceServers.exactOptional(),
  METERED_APP_NAME: meteredApp.exactOptional(),
  METERED_API_KEY: secret.exactOptional(),
  METERED_REGION: label.exactOptional(),
  METERED_SECRET_KEY: secret.exactOptional(),
  TURN_URLS: turnUrls.exactOptional(),
  TURN_SECRET: text.exactOptional(),
  TURN_TTL: wholeNumber(10, 172_800).exactOptional(),
  CLOUDFLARE_TURN_KEY_ID: secret.exactOptional(),
  CLOUDFLARE_TURN_API_TOKEN: secret.exactOptional(),
  TWILIO_ACCOUNT_SID: secret.exactOptional(),
  TWILIO_AUTH_TOKEN: secret.exactOptional(),
  ICE_TRANSPORT_POLICY: transportPolicy.exactOptional(),
};

type Settings = z.infer<z.ZodObject<typeof iceFields>> & { readonly LOCAL_ONLY?: boolean };

/** What is of no use alone; the first names are asked for. */
const together = [
  ["METERED_APP_NAME", "METERED_API_KEY"],
  ["TURN_URLS", "TURN_SECRET"],
  ["CLOUDFLARE_TURN_KEY_ID", "CLOUDFLARE_TURN_API_TOKEN"],
  ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"],
] as const;

/** With each of them credentials are made, which end. */
const minters = [
  "TURN_SECRET",
  "METERED_SECRET_KEY",
  "CLOUDFLARE_TURN_API_TOKEN",
  "TWILIO_AUTH_TOKEN",
] as const;

/**
 * Where ICE servers come from. The first that is set wins: `ICE_SERVERS`, Metered, TURN with a shared secret,
 * Cloudflare, Twilio. With `LOCAL_ONLY` and none of them there is no server, not even for STUN.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG` when something is set that does nothing without another
 */
export function iceSettings(settings: Settings): IceServerOptions {
  const faults = incomplete(settings);
  if (faults.length > 0) throw new LLMRTCError("INVALID_CONFIG", faults.join("; "));
  const { ICE_TRANSPORT_POLICY } = settings;
  return {
    ...sources(settings),
    ...(ICE_TRANSPORT_POLICY !== undefined && { iceTransportPolicy: ICE_TRANSPORT_POLICY }),
  };
}

function incomplete(settings: Settings): string[] {
  const faults = together.flatMap(([one, other]) => {
    if ((settings[one] === undefined) === (settings[other] === undefined)) return [];
    const [set, missing] = settings[one] === undefined ? [other, one] : [one, other];
    return [`${set} is set, but ${missing} is not: set it too, or unset both`];
  });
  if (faults.length > 0) return faults;
  for (const name of ["METERED_SECRET_KEY", "METERED_REGION"] as const) {
    if (settings[name] === undefined || settings.METERED_API_KEY !== undefined) continue;
    faults.push(`${name} needs METERED_APP_NAME and METERED_API_KEY`);
  }
  if (settings.TURN_TTL !== undefined && !minters.some((name) => settings[name] !== undefined)) {
    faults.push(`TURN_TTL needs one of ${minters.join(", ")}: nothing else makes credentials`);
  }
  return faults;
}

function sources(settings: Settings): IceServerOptions {
  const { ICE_SERVERS, TURN_TTL: ttlSeconds } = settings;
  if (ICE_SERVERS !== undefined) return { iceServers: ICE_SERVERS };

  const { METERED_APP_NAME, METERED_API_KEY, METERED_REGION, METERED_SECRET_KEY } = settings;
  if (METERED_APP_NAME !== undefined && METERED_API_KEY !== undefined) {
    if (METERED_SECRET_KEY !== undefined) checkTtl(ttlSeconds, "Metered", meteredLifetimes);
    return {
      metered: {
        appName: METERED_APP_NAME,
        apiKey: METERED_API_KEY,
        ...(METERED_REGION !== undefined && { region: METERED_REGION }),
        ...(METERED_SECRET_KEY !== undefined && { secretKey: METERED_SECRET_KEY, ttlSeconds }),
      },
    };
  }
  const { TURN_URLS, TURN_SECRET } = settings;
  if (TURN_URLS !== undefined && TURN_SECRET !== undefined) {
    return { iceServers: turnRestIceServers({ urls: TURN_URLS, secret: TURN_SECRET, ttlSeconds }) };
  }
  const { CLOUDFLARE_TURN_KEY_ID: keyId, CLOUDFLARE_TURN_API_TOKEN: apiToken } = settings;
  if (keyId !== undefined && apiToken !== undefined) {
    checkTtl(ttlSeconds, "Cloudflare", cloudflareLifetimes);
    return { iceServers: cloudflareIceServers({ keyId, apiToken, ttlSeconds }) };
  }
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = settings;
  if (accountSid !== undefined && authToken !== undefined) {
    checkTtl(ttlSeconds, "Twilio", twilioLifetimes);
    return { iceServers: twilioIceServers({ accountSid, authToken, ttlSeconds }) };
  }
  return settings.LOCAL_ONLY ? { iceServers: [] } : {};
}

function checkTtl(given: number | undefined, vendor: string, lifetimes: Lifetimes): void {
  if (given !== undefined) checkLifetime(`TURN_TTL for ${vendor}`, given, lifetimes);
}
