import { createHash } from "node:crypto";
import { classes, Message, methods } from "werift";
import { StrangerError, StunRefusal } from "./fault.ts";
import { addressIn, type Endpoint, errorCode, type StunClient } from "./stun-client.ts";

export interface Login {
  readonly username: string;
  readonly credential: string;
}

interface Signalled {
  readonly signal: AbortSignal;
}

interface AllocateOptions extends Signalled {
  /** Default `ipv4`. */
  readonly family?: Family;
}

/** Of a relay's address, and so of the peers that it can send to. */
export type Family = "ipv4" | "ipv6";

/** REQUESTED-TRANSPORT: UDP between the relay and its peers. */
const relayOverUdp = 0x11000000;
/** REQUESTED-ADDRESS-FAMILY (RFC 8656 section 18.8); left out, it is IPv4, which old servers know alone. */
const relayInIpv6 = 0x02000000;

/** Signs requests with a long-term credential (RFC 8489 section 9.2). */
class Signature {
  readonly #login: Login;
  #realm = "";
  #nonce: Buffer = Buffer.alloc(0);
  #key: Buffer | undefined;

  constructor(login: Login) {
    this.#login = login;
  }

  /** Undefined before the first challenge. */
  get key(): Buffer | undefined {
    return this.#key;
  }

  /** Takes up a 401 or 438. A 438 may leave the realm out. */
  answer(challenge: Message): void {
    const realm: unknown = challenge.getAttributeValue("REALM");
    const nonce: unknown = challenge.getAttributeValue("NONCE");
    if (!Buffer.isBuffer(nonce)) throw new StrangerError("A challenge without a nonce");
    this.#nonce = nonce;
    if (typeof realm === "string") this.#realm = realm;
    const { username, credential } = this.#login;
    const secret = `${username}:${this.#realm}:${credential}`;
    this.#key = createHash("md5").update(secret).digest();
  }

  sign(request: Message): Message {
    if (this.#key === undefined) return request;
    return request
      .setAttribute("USERNAME", this.#login.username)
      .setAttribute("REALM", this.#realm)
      .setAttribute("NONCE", this.#nonce)
      .addMessageIntegrity(this.#key)
      .addFingerprint();
  }
}

/** What the server says to a request for a relay that carries no credentials. */
export interface Welcome {
  readonly challenge: Message;
  /** False: it relays for anybody. */
  readonly asksForLogin: boolean;
}

/** Asks for a relay without credentials, to see whether a TURN server is there. */
export async function knock(
  client: StunClient,
  { signal, family = "ipv4" }: AllocateOptions,
): Promise<Welcome> {
  const answer = await client.request(allocateRequest(family), { signal });
  return { challenge: answer, asksForLogin: answer.messageClass === classes.ERROR };
}

/** A relayed address on a TURN server (RFC 8656), ours until `release`. */
export class Allocation {
  readonly relayed: Endpoint;
  /** Our own address as the server sees it. */
  readonly mapped: Endpoint;
  /** Called with what a peer sent. */
  onData: (data: Buffer, from: Endpoint) => void = () => undefined;
  readonly #client: StunClient;
  readonly #signature: Signature;

  private constructor(client: StunClient, signature: Signature, granted: Message) {
    const relayed = addressIn(granted, "XOR-RELAYED-ADDRESS");
    const mapped = addressIn(granted, "XOR-MAPPED-ADDRESS");
    if (!relayed || !mapped) throw new StrangerError("An allocation without addresses");
    this.relayed = relayed;
    this.mapped = mapped;
    this.#client = client;
    this.#signature = signature;
    client.onIndication = (message) => {
      const from = addressIn(message, "XOR-PEER-ADDRESS");
      const data: unknown = message.getAttributeValue("DATA");
      if (message.messageMethod === methods.DATA && from && Buffer.isBuffer(data)) {
        this.onData(data, from);
      }
    };
  }

  /**
   * Takes up the server's challenge.
   *
   * @throws {StunRefusal} 401 when the credentials are wrong or expired, 486 over quota, …
   */
  static async open(
    client: StunClient,
    { challenge, asksForLogin }: Welcome,
    login: Login,
    { signal, family = "ipv4" }: AllocateOptions,
  ): Promise<Allocation> {
    const signature = new Signature(login);
    if (!asksForLogin) return new Allocation(client, signature, challenge);
    signature.answer(challenge);
    const granted = await ask(client, signature, () => allocateRequest(family), signal);
    return new Allocation(client, signature, granted);
  }

  /**
   * Lets `host` send to us and us to it, for five minutes.
   *
   * @throws {StunRefusal} 403 when the server keeps its clients from that peer
   */
  async permit(host: string, { signal }: Signalled): Promise<void> {
    const request = () =>
      new Message(methods.CREATE_PERMISSION, classes.REQUEST).setAttribute("XOR-PEER-ADDRESS", [
        host,
        0,
      ]);
    await ask(this.#client, this.#signature, request, signal);
  }

  /** Sends to a permitted peer. */
  send(data: Buffer, to: Endpoint): void {
    this.#client.send(
      new Message(methods.SEND, classes.INDICATION)
        .setAttribute("XOR-PEER-ADDRESS", [to.host, to.port])
        .setAttribute("DATA", data),
    );
  }

  /** Gives the address back, so that it does not count against the user's quota any longer. */
  release(): void {
    const request = new Message(methods.REFRESH, classes.REQUEST).setAttribute("LIFETIME", 0);
    this.#client.send(this.#signature.sign(request));
  }
}

async function ask(
  client: StunClient,
  signature: Signature,
  request: () => Message,
  signal: AbortSignal,
): Promise<Message> {
  const once = () => client.request(signature.sign(request()), { signal, key: signature.key });
  let response = await once();
  if (errorCode(response) === 438) {
    signature.answer(response); // the nonce is stale, not wrong
    response = await once();
  }
  if (response.messageClass === classes.ERROR) throw new StunRefusal(errorCode(response));
  return response;
}

function allocateRequest(family: Family): Message {
  const request = new Message(methods.ALLOCATE, classes.REQUEST);
  if (family === "ipv6") request.setAttribute("REQUESTED-ADDRESS-FAMILY", relayInIpv6);
  return request.setAttribute("REQUESTED-TRANSPORT", relayOverUdp);
}
