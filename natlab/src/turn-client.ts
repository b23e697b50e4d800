import { createHash } from "node:crypto";
import { encodeAddress } from "./stun-address.ts";
import {
  type Attributes,
  attributes,
  encodeRequest,
  requests,
  type StunMessage,
} from "./stun-message.ts";
import { StunSocket } from "./stun-socket.ts";
import type { TurnCredential } from "./turn-credential.ts";

/** What a TURN server said: an error code of RFC 8656, or undefined for yes. */
export interface TurnAnswer {
  readonly error: number | undefined;
}

/** Of a relay's address, and so of its peers. */
export type Family = "ipv4" | "ipv6";

const families = { ipv4: Buffer.from([1, 0, 0, 0]), ipv6: Buffer.from([2, 0, 0, 0]) };
const udp = Buffer.from([17, 0, 0, 0]);

/** Asks a TURN server over UDP, to see what it allows. */
export class TurnClient {
  readonly #socket: StunSocket;
  readonly #server: string;
  readonly #credential: TurnCredential;
  #realm: Buffer = Buffer.alloc(0);
  #nonce: Buffer = Buffer.alloc(0);

  static async open(server: string, credential: TurnCredential): Promise<TurnClient> {
    return new TurnClient(await StunSocket.open(), server, credential);
  }

  private constructor(socket: StunSocket, server: string, credential: TurnCredential) {
    this.#socket = socket;
    this.#server = server;
    this.#credential = credential;
  }

  allocate(family: Family = "ipv4"): Promise<TurnAnswer> {
    return this.#ask(requests.allocate, [
      [attributes.requestedTransport, udp],
      [attributes.requestedFamily, families[family]],
    ]);
  }

  /** Asks to exchange packets with that peer. */
  permit(peer: string): Promise<TurnAnswer> {
    return this.#ask(requests.permit, [[attributes.xorPeerAddress, encodeAddress(peer, 9)]]);
  }

  /** Gives the allocation back. */
  async close(): Promise<void> {
    await this.#ask(requests.refresh, [[attributes.lifetime, Buffer.alloc(4)]]);
    this.#socket.close();
  }

  /** The server names its realm and nonce in a first refusal (401), or a fresh nonce (438). */
  async #ask(type: number, values: Attributes): Promise<TurnAnswer> {
    let answer = await this.#send(type, values);
    for (let tries = 0; tries < 2 && this.#challenged(answer); tries += 1) {
      answer = await this.#send(type, values);
    }
    return { error: errorCode(answer) };
  }

  async #send(type: number, values: Attributes): Promise<StunMessage> {
    const { username, credential } = this.#credential;
    const known = this.#nonce.length > 0;
    const login = [
      [attributes.username, Buffer.from(username)],
      [attributes.realm, this.#realm],
      [attributes.nonce, this.#nonce],
    ] as const;
    const key = createHash("md5").update(`${username}:${this.#realm.toString()}:${credential}`);
    const request = known
      ? encodeRequest(type, [...values, ...login], key.digest())
      : encodeRequest(type, values);
    const answer = await this.#socket.ask(request, this.#server, 3478);
    if (!answer) throw new Error("the TURN server does not answer");
    return answer;
  }

  #challenged(answer: StunMessage): boolean {
    const code = errorCode(answer);
    const nonce = answer.attributes.get(attributes.nonce);
    if (!nonce || (code !== 401 && code !== 438)) return false;
    const again = code === 401 && this.#nonce.length > 0;
    this.#nonce = nonce;
    this.#realm = answer.attributes.get(attributes.realm) ?? this.#realm;
    return !again;
  }
}

function errorCode({ attributes: found }: StunMessage): number | undefined {
  const value = found.get(attributes.errorCode);
  return value && value.readUInt8(2) * 100 + value.readUInt8(3);
}
