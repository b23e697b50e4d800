import { type Clock, LLMRTCError, systemClock, voiceFrameSamples } from "@metered/llmrtc-core";
import type { DetectionBatch } from "./contract.ts";

interface Waiting {
  readonly frame: Int16Array;
  readonly resolve: (probability: number) => void;
  readonly reject: (error: LLMRTCError) => void;
}

/** One second of a stream. A caller who is further behind than that has a stuck model. */
const mostWaiting = 32;
/** Of a frame's 32 ms, so that no caller notices. */
const longestGatherMs = 10;

/**
 * How long the first frame of a run waits for those of other calls. A run costs 0.25 ms and 0.03 ms more
 * for each frame in it, so that many calls must share runs; a few need not wait for each other.
 */
export function gatherMs(streams: number): number {
  return Math.min(longestGatherMs, Math.max(0, streams - 1));
}

/**
 * Collects frames of many streams and runs them together: one run at a time, in it the oldest frame
 * of every stream that has one.
 */
export class DetectionQueue {
  readonly #run: (batch: DetectionBatch) => Promise<Float32Array>;
  readonly #clock: Clock;
  /** Of each open stream the frames that wait, oldest first. */
  readonly #streams = new Map<number, Waiting[]>();
  #lastStream = 0;
  #closed: number[] = [];
  #busy = false;
  #ended = false;

  constructor(run: (batch: DetectionBatch) => Promise<Float32Array>, clock: Clock = systemClock) {
    this.#run = run;
    this.#clock = clock;
  }

  /** @returns the name of a new stream */
  open(): number {
    this.#lastStream += 1;
    this.#streams.set(this.#lastStream, []);
    return this.#lastStream;
  }

  /** @throws {LLMRTCError} `VAD_ERROR` when the run failed or is a second behind, `CLOSED` after the end */
  detect(stream: number, frame: Int16Array): Promise<number> {
    const waiting = this.#streams.get(stream);
    if (waiting === undefined) return Promise.reject(closed());
    if (waiting.length >= mostWaiting) {
      return Promise.reject(new LLMRTCError("VAD_ERROR", "Voice detection is too far behind"));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ frame: frame.slice(), resolve, reject });
      this.#wake();
    });
  }

  /** The stream's frames that still wait reject with `CLOSED`. */
  close(stream: number): void {
    for (const { reject } of this.#streams.get(stream) ?? []) reject(closed());
    if (this.#streams.delete(stream)) this.#closed.push(stream);
    this.#wake();
  }

  /** No more frames. Those that wait reject with `CLOSED`. */
  end(): void {
    this.#ended = true;
    for (const stream of [...this.#streams.keys()]) this.close(stream);
  }

  #wake(): void {
    if (this.#busy || this.#ended) return;
    this.#busy = true;
    const work = (): void => void this.#work();
    const ms = gatherMs(this.#streams.size);
    // Frames of other calls arrive in the same turn of the event loop at least: wait for them.
    if (ms > 0) this.#clock.after(ms, work);
    else setImmediate(work);
  }

  async #work(): Promise<void> {
    if (!this.#ended) await this.#runOnce();
    this.#busy = false;
    const more = this.#closed.length > 0 || [...this.#streams.values()].some((w) => w.length > 0);
    if (more) this.#wake();
  }

  async #runOnce(): Promise<void> {
    const streams: number[] = [];
    const batch: Waiting[] = [];
    for (const [stream, waiting] of this.#streams) {
      const next = waiting.shift();
      if (next === undefined) continue;
      streams.push(stream);
      batch.push(next);
    }
    try {
      const samples = layOut(batch);
      const probabilities = await this.#run({ streams, closed: this.#closed.splice(0), samples });
      for (const [i, { resolve }] of batch.entries()) resolve(probabilities[i] ?? 0);
    } catch (cause) {
      const error = failure(cause);
      for (const { reject } of batch) reject(error);
    }
  }
}

function layOut(batch: readonly Waiting[]): Int16Array {
  const samples = new Int16Array(batch.length * voiceFrameSamples);
  for (const [i, { frame }] of batch.entries()) samples.set(frame, i * voiceFrameSamples);
  return samples;
}

/** Closing is told as such, whatever else goes wrong is a failed detection. */
function failure(cause: unknown): LLMRTCError {
  if (cause instanceof LLMRTCError && cause.code === "CLOSED") return closed();
  return new LLMRTCError("VAD_ERROR", "Voice detection failed", { cause });
}

function closed(): LLMRTCError {
  return new LLMRTCError("CLOSED", "Voice detection is closed");
}
