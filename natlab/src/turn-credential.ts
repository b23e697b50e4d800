import { createHmac } from "node:crypto";

export interface TurnCredential {
  readonly username: string;
  readonly credential: string;
}

/** A user for `seconds` from now, as draft-uberti-behave-turn-rest-00 describes. */
export function turnCredential(secret: string, user: string, seconds: number): TurnCredential {
  const username = `${Math.floor(Date.now() / 1000) + seconds}:${user}`;
  return { username, credential: createHmac("sha1", secret).update(username).digest("base64") };
}
