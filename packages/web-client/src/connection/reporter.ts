import type { Clock } from "@metered/llmrtc-core";
import type { ConnectionReport } from "../events.ts";
import type { Ladder } from "./ladder.ts";
import type { Peer } from "./peer.ts";
import type { Peers } from "./peers.ts";

const againMs = 10_000;

/** Tells how sound travels: at each step, and on WebRTC again every 10 s, for what can be measured changes. */
export class Reporter {
  readonly #clock: Clock;
  readonly #tell: (report: ConnectionReport) => void;
  readonly #startedAt: number;
  #brokenAt: number | undefined;
  /** The step that holds. */
  #step: object | undefined;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, tell: (report: ConnectionReport) => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#startedAt = clock.now();
  }

  /** No sound flows. */
  broken(): void {
    this.close();
    this.#brokenAt = this.#clock.now();
  }

  /** Sound flows, or goes another way. */
  step({ socket, why, attempts }: Ladder, { current, reason }: Peers): void {
    this.close();
    const now = this.#clock.now();
    const peer = socket === "on" ? undefined : current;
    const step: ConnectionReport = {
      kind: peer ? "webrtc" : "websocket",
      why,
      ...(!peer && reason && { reason }),
      ...(this.#brokenAt !== undefined && { recoveredAfterMs: now - this.#brokenAt }),
      afterMs: now - this.#startedAt,
      attempts,
    };
    this.#brokenAt = undefined;
    this.#step = step;
    void this.#report(step, peer);
  }

  /** Nothing is told any more, until the next step. */
  close(): void {
    this.#step = undefined;
    this.#cancel?.();
  }

  async #report(step: ConnectionReport, peer: Peer | undefined): Promise<void> {
    const measured = await peer?.measure();
    if (this.#step !== step) return;
    if (peer) this.#cancel = this.#clock.after(againMs, () => void this.#report(step, peer));
    this.#tell({ ...step, ...measured });
  }
}
