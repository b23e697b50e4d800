import * as z from "zod/mini";
import { checkKey, checkLifetime } from "./source-options.ts";
import { type IceServerSource, IceSourceError } from "./source.ts";
import { askVendor, listedServers } from "./vendor.ts";

export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** How long a credential lives, from 60 to 86,400. Default 3600. */
  readonly ttlSeconds?: number | undefined;
  /** Swap it in tests or to add a proxy. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export const twilioLifetimes = { least: 60, most: 86_400 };

/** `ttl` is a number in quotes. */
const reply = z.object({
  ice_servers: z.array(z.unknown()),
  ttl: z.union([z.string(), z.number()]),
});

/**
 * Twilio Network Traversal Service: a credential per call (twilio.com/docs/stun-turn/api).
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`, naming the option
 */
export function twilioIceServers({
  accountSid,
  authToken,
  ttlSeconds = 3600,
  fetch,
}: TwilioOptions): IceServerSource {
  checkKey("twilioIceServers: accountSid", accountSid);
  checkKey("twilioIceServers: authToken", authToken);
  checkLifetime("twilioIceServers: ttlSeconds", ttlSeconds, twilioLifetimes);
  const url = new URL(
    `https://api.twilio.com/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Tokens.json`,
  );
  const login = Buffer.from(`${accountSid}:${authToken}`).toString("base64");
  const init = {
    method: "POST",
    headers: { authorization: `Basic ${login}` },
    body: new URLSearchParams({ Ttl: String(ttlSeconds) }),
  };
  const check = "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN";
  return {
    description: "Twilio TURN",
    async mint({ signal }) {
      const askedAt = Date.now();
      const asked = { vendor: "Twilio", url, init, check, signal, fetch };
      const { ice_servers, ttl } = await askVendor(reply, asked);
      const listed = listedServers("Twilio", ice_servers.map(inBrowserSpelling));
      const seconds = Number(ttl);
      if (!(seconds > 0)) throw new IceSourceError("Twilio did not say how long they last");
      return { ...listed, expiresAt: askedAt + seconds * 1000 };
    },
  };
}

/** `url` is the older spelling, given beside `urls` or alone. */
function inBrowserSpelling(entry: unknown): unknown {
  const old = typeof entry === "object" && entry !== null && "url" in entry;
  return old ? { urls: entry.url, ...entry } : entry;
}
