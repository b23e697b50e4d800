/** RTP ticks per millisecond of the agent's voice (RFC 7587, 4.1). */
const ticksPerMs = 48;
const lateMs = 60;
/** A pause in the stream's own time that begins a new run of speech. */
const pauseMs = 100;
/** Then the run is counted anew, so that slow clocks do not add up. */
const longestRunMs = 10_000;

export interface Lateness {
  readonly packets: number;
  readonly late: number;
  readonly worstMs: number;
}

/**
 * How late packets come for a listener who starts to play a run of speech when its first packet comes:
 * one that comes more than 60 ms after its time leaves a hole where the listener keeps 60 ms in reserve.
 */
export class LatenessMeter {
  #runBegan: { readonly arrivedAt: number; readonly timestamp: number } | undefined;
  #lastTimestamp = 0;
  #packets = 0;
  #late = 0;
  #worstMs = 0;

  /**
   * @param timestamp of the packet, in 48 kHz ticks
   * @param arrivedAt in milliseconds of a steady clock
   */
  arrived(timestamp: number, arrivedAt: number): void {
    const began = this.#runBegan;
    const pausedMs = ticksBetween(this.#lastTimestamp, timestamp) / ticksPerMs;
    this.#lastTimestamp = timestamp;
    this.#packets += 1;
    if (
      began === undefined ||
      Math.abs(pausedMs) > pauseMs ||
      arrivedAt - began.arrivedAt > longestRunMs
    ) {
      this.#runBegan = { arrivedAt, timestamp };
      return;
    }
    const dueAt = began.arrivedAt + ticksBetween(began.timestamp, timestamp) / ticksPerMs;
    this.#worstMs = Math.max(this.#worstMs, arrivedAt - dueAt);
    if (arrivedAt - dueAt > lateMs) this.#late += 1;
  }

  /** What came since the last time. */
  take(): Lateness {
    const taken = { packets: this.#packets, late: this.#late, worstMs: this.#worstMs };
    this.#packets = 0;
    this.#late = 0;
    this.#worstMs = 0;
    return taken;
  }
}

/** RTP timestamps wrap around. */
function ticksBetween(from: number, to: number): number {
  return (to - from) | 0;
}
