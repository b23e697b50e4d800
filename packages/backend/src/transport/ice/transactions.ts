import { isSuccess, readStun, type StunMessage } from "./stun.ts";
import type { Address, Route } from "./route.ts";

/** When a request goes out again, in ms after the first time; the last is when it is given up. */
const resendAfterMs = [100, 300, 700, 1500, 3000] as const;

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
  readonly timers: readonly NodeJS.Timeout[];
}

/** Requests of ours that wait for their answers. */
export class Transactions {
  readonly #pending = new Map<string, Pending>();

  ask(ask: Ask): void {
    const id = ask.request.transactionIdHex;
    const bytes = ask.request.bytes;
    const timers = resendAfterMs.map((ms, n) =>
      setTimeout(() => {
        if (n < resendAfterMs.length - 1) ask.route.send(bytes, ask.to);
        else this.#end(id)?.failed?.();
      }, ms),
    );
    this.#pending.set(id, { ...ask, timers });
    ask.route.send(bytes, ask.to);
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
    pending?.timers.forEach(clearTimeout);
    return pending;
  }
}
