import type { Clock } from "@metered/llmrtc-core";

const intervalMs = 15_000;
const pongWithinMs = 10_000;
const missesAllowed = 2;

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly sendPing: (timestamp: number) => void;
  /** Called once, after two pings in a row without an answer in time. */
  readonly onSilence: () => void;
}

/** Pings the server while a call is connected, and measures the way there and back. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #cancel: (() => void) | undefined;
  #waitingFor: number | undefined;
  #misses = 0;
  #roundTripTimeMs: number | undefined;
  #cancelProbe: (() => void) | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Of the last ping that was answered. */
  get roundTripTimeMs(): number | undefined {
    return this.#roundTripTimeMs;
  }

  /** Begins, or begins anew. */
  start(): void {
    this.stop();
    this.#misses = 0;
    this.#cancel = this.#after(intervalMs, () => {
      this.#ping();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancelProbe?.();
    this.#cancel = this.#cancelProbe = undefined;
  }

  /**
   * Asks now, out of turn.
   *
   * @param silent called when there is no answer in `ms`, to this or to an earlier ping
   */
  probe(ms: number, silent: () => void): void {
    if (this.#cancelProbe) return;
    this.#options.sendPing(this.#options.clock.now());
    this.#cancelProbe = this.#after(ms, () => {
      this.#cancelProbe = undefined;
      silent();
    });
  }

  /** `timestamp` as the ping had it. A late answer is a sign of life too. */
  pong(timestamp: number): void {
    this.#misses = 0;
    this.#cancelProbe?.();
    this.#cancelProbe = undefined;
    if (timestamp !== this.#waitingFor) return;
    this.#waitingFor = undefined;
    this.#roundTripTimeMs = this.#options.clock.now() - timestamp;
  }

  #ping(): void {
    const timestamp = this.#options.clock.now();
    this.#waitingFor = timestamp;
    this.#options.sendPing(timestamp);
    this.#cancel = this.#after(pongWithinMs, () => {
      if (this.#waitingFor === timestamp) this.#misses += 1;
      if (this.#misses >= missesAllowed) {
        this.stop();
        this.#options.onSilence();
        return;
      }
      this.#cancel = this.#after(intervalMs - pongWithinMs, () => {
        this.#ping();
      });
    });
  }

  #after(ms: number, callback: () => void): () => void {
    return this.#options.clock.after(ms, callback);
  }
}
