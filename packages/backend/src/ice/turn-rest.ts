import { LLMRTCError } from "@metered/llmrtc-core";
import { createHmac } from "node:crypto";
import { faultIn, isTurn } from "./server-list.ts";
import type { IceServerSource } from "./source.ts";

export interface TurnRestOptions {
  /** The relay's addresses, likeliest first; `stun:` ones may be among them. */
  readonly urls: readonly string[];
  /** What coturn has as `static-auth-secret`. */
  readonly secret: string;
  /** How long a credential lives. Default 3600. */
  readonly ttlSeconds?: number | undefined;
}

/**
 * A TURN server of your own with a shared secret: coturn with `use-auth-secret` and others that follow
 * draft-uberti-behave-turn-rest-00. Each call gets a credential of its own, made here: the user name is
 * `<end in Unix seconds>:<session>`, the password its HMAC-SHA1.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG` when an address is none, none is a TURN server, or the secret is empty
 */
export function turnRestIceServers(
  { urls, secret, ttlSeconds = 3600 }: TurnRestOptions,
  now: () => number = Date.now,
): IceServerSource {
  const turn = urls.filter(isTurn);
  const stun = urls.filter((url) => !isTurn(url));
  const fault = faultIn([{ urls: [...urls], username: "u", credential: "c" }]);
  if (fault) throw new LLMRTCError("INVALID_CONFIG", `TURN URLs: ${fault.replace("[0].", "")}`);
  if (turn.length === 0)
    throw new LLMRTCError("INVALID_CONFIG", "TURN URLs: none is a TURN server");
  // Whoever knows that it is empty could make credentials too.
  if (secret.trim() === "") throw new LLMRTCError("INVALID_CONFIG", "TURN secret: it is empty");
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
