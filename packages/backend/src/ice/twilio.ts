import type { IceServer } from "@metered/llmrtc-core";
import * as z from "zod/mini";
import { type IceServerSource, IceSourceError } from "./source.ts";
import { askVendor, listedIceServers } from "./vendor.ts";

export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** How long a credential lives, at most 86,400. Default 3600. */
  readonly ttlSeconds?: number | undefined;
  /** Swap it in tests or to add a proxy. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** `url` is the older spelling, given beside `urls` or alone. */
const listed = z.object({
  url: z.optional(z.string()),
  urls: z.optional(z.union([z.string(), z.array(z.string())])),
  username: z.optional(z.string()),
  credential: z.optional(z.string()),
});
/** `ttl` is a number in quotes. */
const reply = z.object({ ice_servers: z.array(listed), ttl: z.union([z.string(), z.number()]) });

/** Twilio Network Traversal Service: a credential per call (twilio.com/docs/stun-turn/api). */
export function twilioIceServers({
  accountSid,
  authToken,
  ttlSeconds = 3600,
  fetch,
}: TwilioOptions): IceServerSource {
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
      const usable = listedIceServers.safeParse(ice_servers.flatMap(inBrowserSpelling));
      const seconds = Number(ttl);
      if (!usable.success || !(seconds > 0)) {
        throw new IceSourceError("Twilio listed no usable server");
      }
      return { iceServers: usable.data, expiresAt: askedAt + seconds * 1000 };
    },
  };
}

function inBrowserSpelling({ url, urls, ...login }: z.infer<typeof listed>): IceServer[] {
  const address = urls ?? url;
  return address === undefined ? [] : [{ urls: address, ...login }];
}
