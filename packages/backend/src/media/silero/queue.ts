import { LLMRTCError, voiceFrameSamples } from "@metered/llmrtc-core";
import type { DetectionBatch } from "./contract.ts";

interface Waiting {
  readonly stream: number;
  readonly frame: Int16Array;
  readonly settle: PromiseCallbacks;
}

interface PromiseCallbacks {
  readonly resolve: (probability: number) => void;
  readonly reject: (error: LLMRTCError) => void;
}

/** One second of a stream. A caller who is further behind than that has a stuck model. */
const mostWaiting = 32;

/**
 * Collects frames of many streams and runs them together: one run at a time, in it the oldest frame
 * of every stream that has one.
 */
export class DetectionQueue {
  readonly #run: (batch: DetectionBatch) => Promise<Float32Array>;
  #waiting: Waiting[] = [];
  #closed: number[] = [];
  #running = false;
  #ended = false;

  constructor(run: (batch: DetectionBatch) => Promise<Float32Array>) {
    this.#run = run;
  }

  /** @throws {LLMRTCError} `VAD_ERROR` when the run failed or is a second behind, `CLOSED` after `end` */
  detect(stream: number, frame: Int16Array): Promise<number> {
    if (this.#ended) return Promise.reject(closed());
    if (this.#waiting.filter((waiting) => waiting.stream === stream).length >= mostWaiting) {
      return Promise.reject(new LLMRTCError("VAD_ERROR", "Voice detection is too far behind"));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ stream, frame: frame.slice(), settle: { resolve, reject } });
      this.#wake();
    });
  }

  /** The stream's frames that still wait reject with `CLOSED`. */
  close(stream: number): void {
    const gone = this.#waiting.filter((waiting) => waiting.stream === stream);
    this.#waiting = this.#waiting.filter((waiting) => waiting.stream !== stream);
    for (const { settle } of gone) settle.reject(closed());
    this.#closed.push(stream);
    this.#wake();
  }

  /** No more frames. Those that wait reject with `CLOSED`. */
  end(): void {
    this.#ended = true;
    for (const { settle } of this.#waiting.splice(0)) settle.reject(closed());
  }

  #wake(): void {
    if (this.#running || this.#ended) return;
    this.#running = true;
    // Frames of other calls arrive in the same turn of the event loop: wait for them.
    setImmediate(() => void this.#work());
  }

  async #work(): Promise<void> {
    while (!this.#ended && this.#waiting.length + this.#closed.length > 0) {
      const batch = this.#nextBatch();
      try {
        const probabilities = await this.#run(layOut(batch, this.#closed.splice(0)));
        for (const [i, { settle }] of batch.entries()) settle.resolve(probabilities[i] ?? 0);
      } catch (cause) {
        const error = failure(cause);
        for (const { settle } of batch) settle.reject(error);
      }
    }
    this.#running = false;
  }

  #nextBatch(): Waiting[] {
    const seen = new Set<number>();
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    for (const waiting of this.#waiting) {
      (seen.has(waiting.stream) ? later : batch).push(waiting);
      seen.add(waiting.stream);
    }
    this.#waiting = later;
    return batch;
  }
}

function layOut(batch: readonly Waiting[], closed: readonly number[]): DetectionBatch {
  const samples = new Int16Array(batch.length * voiceFrameSamples);
  for (const [i, { frame }] of batch.entries()) samples.set(frame, i * voiceFrameSamples);
  return { streams: batch.map(({ stream }) => stream), closed, samples };
}

/** Closing is told as such, whatever else goes wrong is a failed detection. */
function failure(cause: unknown): LLMRTCError {
  if (cause instanceof LLMRTCError && cause.code === "CLOSED") return closed();
  return new LLMRTCError("VAD_ERROR", "Voice detection failed", { cause });
}

function closed(): LLMRTCError {
  return new LLMRTCError("CLOSED", "Voice detection is closed");
}
