import * as z from "zod/mini";
import { checkKey, checkLifetime } from "./source-options.ts";
import type { IceServerSource } from "./source.ts";
import { askVendor, listedServers } from "./vendor.ts";

export interface CloudflareOptions {
  /** The TURN key's id. */
  readonly keyId: string;
  readonly apiToken: string;
  /** How long a credential lives, from 60 to 172,800. Default 3600. */
  readonly ttlSeconds?: number | undefined;
  /** Swap it in tests or to add a proxy. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export const cloudflareLifetimes = { least: 60, most: 172_800 };

/** It was a single server once, and is a list now. */
const reply = z.object({ iceServers: z.unknown() });

/**
 * Cloudflare Realtime TURN: a credential per call, from `generate-ice-servers`.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`, naming the option
 */
export function cloudflareIceServers({
  keyId,
  apiToken,
  ttlSeconds = 3600,
  fetch,
}: CloudflareOptions): IceServerSource {
  checkKey("cloudflareIceServers: keyId", keyId);
  checkKey("cloudflareIceServers: apiToken", apiToken);
  checkLifetime("cloudflareIceServers: ttlSeconds", ttlSeconds, cloudflareLifetimes);
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
      const entries: unknown[] = [iceServers].flat();
      return { ...listedServers("Cloudflare", entries.flatMap(withoutPort53)), expiresAt };
    },
  };
}

/** Browsers block port 53, and wait for it in vain. */
function withoutPort53(entry: unknown): unknown[] {
  if (typeof entry !== "object" || entry === null || !("urls" in entry)) return [entry];
  const all: unknown[] = [entry.urls].flat();
  const urls = all.filter((url) => !/:53(?:\?|$)/.test(String(url)));
  return urls.length > 0 ? [{ ...entry, urls }] : [];
}
