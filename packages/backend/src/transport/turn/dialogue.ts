import { classes, Message, type methods, parseMessage } from "werift";
import type { TurnCarrier } from "./carrier.ts";
import { errorCode, type Login } from "./login.ts";

/** When a request goes out again over UDP, in ms after the first time (RFC 8489, 6.2.1). */
const resendAfterMs = [250, 750, 1750, 3750] as const;
const giveUpAfterMs = 7750;

interface Waiting {
  readonly key: Buffer | undefined;
  readonly resolve: (response: Message) => void;
  readonly reject: (error: Error) => void;
}

/** A TURN server said no. */
export class TurnRefusal extends Error {
  override readonly name = "TurnRefusal";

  constructor(code: number | undefined) {
    super(`it refused with ${code ?? "no code"}`);
  }
}

/**
 * Questions to one TURN server, as many at once as one likes. Its protocol is small, and werift's client
 * takes no error that is unsigned, as those are that ask for a fresh nonce.
 */
export class Dialogue {
  readonly #carrier: TurnCarrier;
  readonly #login: Login;
  readonly #waiting = new Map<string, Waiting>();
  #closed: Error | undefined;

  constructor(carrier: TurnCarrier, login: Login) {
    this.#carrier = carrier;
    this.#login = login;
  }

  /**
   * @param fill gives the request its attributes, once for each time it is asked
   * @throws {TurnRefusal} when the server says no; an error when it says nothing, or after `close`
   */
  async ask(method: methods, fill: (request: Message) => Message): Promise<Message> {
    const once = () => this.#once(fill(new Message(method, classes.REQUEST)));
    let response = await once();
    if (isError(response) && this.#login.takeUp(response)) response = await once();
    if (isError(response)) throw new TurnRefusal(errorCode(response));
    return response;
  }

  /** What came from the server, if it may be an answer. */
  take(frame: Buffer): void {
    const response = parseMessage(frame);
    if (response === undefined) return;
    const waiting = this.#waiting.get(response.transactionIdHex);
    if (waiting === undefined) return; // the answer to an earlier copy
    const isGenuine = waiting.key === undefined || parseMessage(frame, waiting.key) !== undefined;
    if (isError(response) || isGenuine) waiting.resolve(response);
  }

  /** Whoever still waits is told. */
  close(why: Error): void {
    this.#closed ??= why;
    for (const { reject } of [...this.#waiting.values()]) reject(why);
  }

  async #once(unsigned: Message): Promise<Message> {
    if (this.#closed) throw this.#closed;
    const request = this.#login.sign(unsigned);
    const { key } = this.#login;
    const { bytes, transactionIdHex: id } = request;
    const timers: NodeJS.Timeout[] = [];
    try {
      return await new Promise<Message>((resolve, reject) => {
        this.#waiting.set(id, { key, resolve, reject });
        const send = (): void => {
          this.#carrier.send(bytes);
        };
        const giveUp = (): void => {
          reject(new Error("it did not answer in time"));
        };
        if (!this.#carrier.reliable) {
          for (const ms of resendAfterMs) timers.push(setTimeout(send, ms));
        }
        timers.push(setTimeout(giveUp, giveUpAfterMs));
        send();
      });
    } finally {
      timers.forEach(clearTimeout);
      this.#waiting.delete(id);
    }
  }
}

function isError({ messageClass }: Message): boolean {
  return messageClass === classes.ERROR;
}
