import { createHash } from "node:crypto";
import type { Message } from "werift";

/** Code of an error response (RFC 8489, 14.8); undefined when it names none. */
export function errorCode(response: Message): number | undefined {
  const error: unknown = response.getAttributeValue("ERROR-CODE");
  return Array.isArray(error) ? Number(error[0]) : undefined;
}

interface Credentials {
  readonly username: string;
  readonly credential: string;
}

/** A long-term credential (RFC 8489, 9.2), and what the server wants it to be used with. */
export class Login {
  readonly #credentials: Credentials;
  #challenge: { readonly realm: string; readonly nonce: Buffer; readonly key: Buffer } | undefined;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  /** What answers are signed with; undefined as long as the server has not asked who we are. */
  get key(): Buffer | undefined {
    return this.#challenge?.key;
  }

  /** Of a request that goes out for the first time. */
  sign(request: Message): Message {
    if (this.#challenge === undefined) return request;
    const { realm, nonce, key } = this.#challenge;
    return request
      .setAttribute("USERNAME", this.#credentials.username)
      .setAttribute("REALM", realm)
      .setAttribute("NONCE", nonce)
      .addMessageIntegrity(key)
      .addFingerprint();
  }

  /**
   * Takes up a challenge: who are you (401), or a nonce that has become old (438). The latter is the rule
   * in a long call, as servers change theirs every few minutes.
   *
   * @returns whether to ask again; false for any other answer, and when we have said who we are
   */
  takeUp(response: Message): boolean {
    const code = errorCode(response);
    const isFresh = code === 401 && this.#challenge === undefined;
    if (!isFresh && code !== 438) return false;
    const said: unknown = response.getAttributeValue("REALM");
    const realm = typeof said === "string" ? said : this.#challenge?.realm;
    const nonce: unknown = response.getAttributeValue("NONCE");
    if (realm === undefined || !Buffer.isBuffer(nonce)) return false;
    const { username, credential } = this.#credentials;
    const key = createHash("md5").update(`${username}:${realm}:${credential}`).digest();
    this.#challenge = { realm, nonce, key };
    return true;
  }
}
