import { LLMRTCError } from "@metered/llmrtc-core";
import { createHmac } from "node:crypto";
import { isTurn } from "./ice-url.ts";
import { faultIn } from "./server-list.ts";
import { checkLifetime } from "./source-options.ts";
import type { IceServerSource } from "./source.ts";

export interface TurnRestOptions {
  /** The relay's addresses, likeliest first; `stun:` ones may be among them. */
  readonly urls: readonly string[];
  /** What coturn has as `static-auth-secret`. */
  readonly secret: string;
  /** How long a credential lives, from 10 to 172,800. Default 3600. */
  readonly ttlSeconds?: number | undefined;
}

export const turnRestLifetimes = { least: 10, most: 172_800 };

/**
 * A TURN server of your own with a shared secret: coturn with `use-auth-secret` and others that follow
 * draft-uberti-behave-turn-rest-00. Each call gets a credential of its own, made here: the user name is
 * `<end in Unix seconds>:<session>`, the password its HMAC-SHA1.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG` when an address is none, none is a TURN server, the secret is empty
 *   or no text, or a credential would live too short or too long
 */
export function turnRestIceServers(
  { urls, secret, ttlSeconds = 3600 }: TurnRestOptions,
  now: () => number = Date.now,
): IceServerSource {
  const given: unknown = urls;
  const fault = Array.isArray(given)
    ? faultIn([{ urls: given, username: "u", credential: "c" }])?.replace("[0].", "")
    : "urls must be a list of addresses";
  if (fault) throw new LLMRTCError("INVALID_CONFIG", `TURN URLs: ${fault}`);
  const turn = urls.filter(isTurn);
  const stun = urls.filter((url) => !isTurn(url));
  if (turn.length === 0)
    throw new LLMRTCError("INVALID_CONFIG", "TURN URLs: none is a TURN server");
  if (typeof (secret as unknown) !== "string")
    throw new LLMRTCError("INVALID_CONFIG", "turnRestIceServers: secret must be text");
  // Whoever knows that it is empty could make credentials too.
  if (secret.trim() === "") throw new LLMRTCError("INVALID_CONFIG", "TURN secret: it is empty");
  checkLifetime("turnRestIceServers: ttlSeconds", ttlSeconds, turnRestLifetimes);
  return {
    description: `TURN with a shared secret (${turn.length} ${turn.length === 1 ? "address" : "addresses"})`,
    async mint({ sessionId = "reserve" }) {
      const end = Math.floor(now() / 1000) + ttlSeconds;
      const username = `${end}:${sessionId}`;
      const credential = createHmac("sha1", secret).update(username).digest("base64");
      return {
        iceServers: [
          ...(stun.length > 0 ? [{ urls: stun }] : []),
          { urls: turn, username, credential },
        ],
        expiresAt: end * 1000,
      };
    },
  };
}
