import type { Clock } from "@metered/llmrtc-core";
import { renewAfterMs } from "./lease.ts";
import { isSameList } from "./server-list.ts";
import type { IceSupply, SuppliedIceServers } from "./supply.ts";
import { wallClock } from "./wall-clock.ts";

export interface IceRenewalOptions {
  readonly supply: Pick<IceSupply, "lease">;
  readonly sessionId: string;
  /** Called with servers that take the place of those before. */
  readonly renewed: (servers: SuppliedIceServers) => void;
  /** Its `now` is ms since 1970. */
  readonly clock?: Clock | undefined;
}

const firstRetryMs = 5_000;
const longestRetryMs = 60_000;

/** The ICE servers of one call, renewed at half life for as long as it runs. */
export class IceRenewal {
  readonly #options: IceRenewalOptions;
  readonly #clock: Clock;
  #current: SuppliedIceServers | undefined;
  #retries = 0;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(options: IceRenewalOptions) {
    this.#options = options;
    this.#clock = options.clock ?? wallClock;
  }

  /** The servers to begin with. Never rejects. */
  async open(): Promise<SuppliedIceServers> {
    const { supply, sessionId } = this.#options;
    this.#current = await supply.lease(sessionId);
    this.#schedule(this.#current);
    return this.#current;
  }

  /** The servers as they are now; undefined before they are there. */
  get current(): SuppliedIceServers | undefined {
    return this.#current;
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  async #renew(): Promise<void> {
    const { supply, sessionId, renewed } = this.#options;
    const next = await supply.lease(sessionId);
    if (this.#closed) return;
    const current = this.#current;
    if (!current || isBetter(next, current)) {
      this.#current = next;
      renewed(next);
    }
    this.#schedule(next);
  }

  #schedule(given: SuppliedIceServers): void {
    if (this.#closed) return;
    const waitMs = this.#waitMs(given);
    if (waitMs === undefined) return;
    this.#cancel = this.#clock.after(waitMs, () => void this.#renew());
  }

  /** Soon, when the source failed: what it gives again is what the call needs. */
  #waitMs(given: SuppliedIceServers): number | undefined {
    if (given.standing !== "own") {
      return Math.min(firstRetryMs * 2 ** this.#retries++, longestRetryMs);
    }
    this.#retries = 0;
    return renewAfterMs(given, this.#clock.now());
  }
}

/** Never STUN alone for a TURN server, nor credentials that end sooner. */
function isBetter(next: SuppliedIceServers, current: SuppliedIceServers): boolean {
  if (next.standing === "fallback" || isSameList(next.iceServers, current.iceServers)) return false;
  if (next.standing === "own" || current.standing === "fallback") return true;
  return (next.expiresAt ?? Infinity) > (current.expiresAt ?? Infinity);
}
