import { iceServer, type IceServer } from "@metered/llmrtc-core";
import * as z from "zod/mini";
import { type IceServerSource, IceSourceError } from "./source.ts";
import { askVendor, listedIceServers } from "./vendor.ts";

export interface CloudflareOptions {
  /** The TURN key's id. */
  readonly keyId: string;
  readonly apiToken: string;
  /** How long a credential lives, at most 172,800. Default 3600. */
  readonly ttlSeconds?: number | undefined;
  /** Swap it in tests or to add a proxy. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** It was a single server once, and is a list now. */
const reply = z.object({ iceServers: z.union([z.array(iceServer), iceServer]) });

/** Cloudflare Realtime TURN: a credential per call, from `generate-ice-servers`. */
export function cloudflareIceServers({
  keyId,
  apiToken,
  ttlSeconds = 3600,
  fetch,
}: CloudflareOptions): IceServerSource {
  const url = new URL(
    `https://rtc.live.cloudflare.com/v1/turn/keys/${encodeURIComponent(keyId)}/credentials/generate-ice-servers`,
  );
  const init = {
    method: "POST",
    headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json" },
    body: JSON.stringify({ ttl: ttlSeconds }),
  };
  const check = "check CLOUDFLARE_TURN_KEY_ID and CLOUDFLARE_TURN_API_TOKEN";
  return {
    description: "Cloudflare TURN",
    async mint({ signal }) {
      const expiresAt = Date.now() + ttlSeconds * 1000;
      const asked = { vendor: "Cloudflare", url, init, check, signal, fetch };
      const { iceServers } = await askVendor(reply, asked);
      const usable = listedIceServers.safeParse([iceServers].flat().flatMap(withoutPort53));
      if (!usable.success) throw new IceSourceError("Cloudflare listed no usable server");
      return { iceServers: usable.data, expiresAt };
    },
  };
}

/** Browsers block port 53, and wait for it in vain. */
function withoutPort53(server: IceServer): IceServer[] {
  const urls = [server.urls].flat().filter((url) => !/:53(?:\?|$)/.test(url));
  return urls.length > 0 ? [{ ...server, urls }] : [];
}
