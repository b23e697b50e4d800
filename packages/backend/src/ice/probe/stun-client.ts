import { classes, type Message, parseMessage } from "werift";
import * as z from "zod";
import type { Carrier } from "./carrier.ts";
import { HungUpError, StrangerError, StunRefusal } from "./fault.ts";

/** A transport address. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface RequestOptions {
  readonly signal: AbortSignal;
  /** A success must be signed with it, or it is passed over (RFC 8489 section 9.2.5). */
  readonly key?: Buffer | undefined;
}

/** First wait before a request over UDP is sent again; doubles each time (RFC 8489 section 6.2.1). */
const firstRetryMs = 250;

interface Waiting {
  readonly key: Buffer | undefined;
  readonly resolve: (response: Message) => void;
  readonly reject: (error: Error) => void;
}

/** Asks one server and hears its answers. The messages are werift's, which calls use too. */
export class StunClient {
  readonly carrier: Carrier;
  /** Called with each indication. */
  onIndication: (message: Message) => void = () => undefined;
  readonly #waiting = new Map<string, Waiting>();
  #failure: Error | undefined;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
    carrier.onMessage = (bytes) => {
      this.#receive(bytes);
    };
    carrier.onFailure = (error) => {
      this.#fail(error);
    };
  }

  /**
   * Sends a request, over UDP again and again, until its answer is there.
   *
   * @returns the response: success, or an error that carries a challenge to answer (401, 438)
   * @throws {StunRefusal} any other error response; the carrier's failure; the signal's reason
   */
  async request(request: Message, { signal, key }: RequestOptions): Promise<Message> {
    signal.throwIfAborted();
    if (this.#failure) throw this.#failure;
    const id = request.transactionIdHex;
    let retry: NodeJS.Timeout | undefined;
    let abort = (): void => undefined;
    try {
      return await new Promise<Message>((resolve, reject) => {
        this.#waiting.set(id, { key, resolve, reject });
        abort = () => {
          reject(signal.reason as Error);
        };
        signal.addEventListener("abort", abort);
        const send = (waitMs: number): void => {
          this.carrier.send(request.bytes);
          if (!this.carrier.reliable) retry = setTimeout(send, waitMs, waitMs * 2);
        };
        send(firstRetryMs);
      });
    } finally {
      clearTimeout(retry);
      signal.removeEventListener("abort", abort);
      this.#waiting.delete(id);
    }
  }

  /** Sends an indication or a request whose answer does not matter. */
  send(message: Message): void {
    if (!this.#failure) this.carrier.send(message.bytes);
  }

  /** Whoever still waits for an answer is told. */
  close(): void {
    this.#fail(new HungUpError("We closed the connection"));
    this.carrier.close();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
  }

  #receive(bytes: Buffer): void {
    const message = parseMessage(bytes);
    if (message === undefined) {
      this.#fail(new StrangerError("This is not STUN"));
      return;
    }
    if (message.messageClass === classes.INDICATION) {
      this.onIndication(message);
      return;
    }
    const waiting = this.#waiting.get(message.transactionIdHex);
    if (waiting === undefined) return; // an answer to an earlier copy
    if (message.messageClass === classes.ERROR) {
      const code = errorCode(message);
      if (code === 401 || code === 438) waiting.resolve(message);
      else waiting.reject(new StunRefusal(code));
    } else if (waiting.key === undefined || parseMessage(bytes, waiting.key) !== undefined) {
      waiting.resolve(message);
    }
  }
}

const address = z.tuple([z.string(), z.number()]);

/** An address in a message; undefined when it holds none. */
export function addressIn(
  message: Message,
  attribute: "XOR-MAPPED-ADDRESS" | "MAPPED-ADDRESS" | "XOR-RELAYED-ADDRESS" | "XOR-PEER-ADDRESS",
): Endpoint | undefined {
  const found = address.safeParse(message.getAttributeValue(attribute));
  return found.success ? { host: found.data[0], port: found.data[1] } : undefined;
}

/** Code of an error response; 0 when it names none, and for any other message. */
export function errorCode(message: Message): number {
  const found = z
    .tuple([z.number(), z.string()])
    .safeParse(message.getAttributeValue("ERROR-CODE"));
  return found.success ? found.data[0] : 0;
}
