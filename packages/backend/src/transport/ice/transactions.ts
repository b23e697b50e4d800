import { isSuccess, readStun, type StunMessage } from "./stun.ts";
import type { Address, Route } from "./route.ts";

/**
 * When a request goes out again, in ms after the first time. The first repetition is soon: a check is
 * often ahead of the client's own, or of its leave on a TURN server, by a few milliseconds.
 */
const resendAfterMs = [40, 100, 300, 700, 1500] as const;
const giveUpAfterMs = 3000;

export interface Ask {
  readonly route: Route;
  readonly to: Address;
  readonly request: StunMessage;
  /** What the answer must be signed with; absent for STUN servers. */
  readonly password?: string;
  readonly answered: (response: StunMessage) => void;
  /** No answer came, or a refusal. */
  readonly failed?: () => void;
}

interface Pending extends Ask {
  readonly resending: readonly NodeJS.Timeout[];
  readonly ending: NodeJS.Timeout;
}

/** Requests of ours that wait for their answers. */
export class Transactions {
  readonly #pending = new Map<string, Pending>();

  /** @returns what ends the repetition: an answer still counts (RFC 8445, 7.3.1.4) */
  ask(ask: Ask): () => void {
    const id = ask.request.transactionIdHex;
    const bytes = ask.request.bytes;
    const send = (): void => {
      ask.route.send(bytes, ask.to);
    };
    const resending = resendAfterMs.map((ms) => setTimeout(send, ms));
    const ending = setTimeout(() => this.#end(id)?.failed?.(), giveUpAfterMs);
    this.#pending.set(id, { ...ask, resending, ending });
    send();
    return () => {
      resending.forEach(clearTimeout);
    };
  }

  /** An answer that came over `route`. One from elsewhere than asked, or wrongly signed, is none. */
  take(route: Route, response: StunMessage, data: Buffer, [host, port]: Address): void {
    const pending = this.#pending.get(response.transactionIdHex);
    if (pending?.route !== route || pending.to[0] !== host || pending.to[1] !== port) return;
    if (isSuccess(response)) {
      if (pending.password !== undefined && !readStun(data, pending.password)) return;
      this.#end(response.transactionIdHex)?.answered(response);
    } else this.#end(response.transactionIdHex)?.failed?.();
  }

  close(): void {
    for (const id of [...this.#pending.keys()]) this.#end(id);
  }

  #end(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.resending.forEach(clearTimeout);
    clearTimeout(pending?.ending);
    return pending;
  }
}
