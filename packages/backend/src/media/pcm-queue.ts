import type { Pcm } from "@metered/llmrtc-core";

/** Samples waiting in line, put in by runs of any length and taken out by frames. */
export class PcmQueue {
  #runs: Pcm[] = [];
  /** Samples already taken from the first run. */
  #taken = 0;
  #length = 0;

  /** Samples that wait. */
  get length(): number {
    return this.#length;
  }

  push(run: Pcm): void {
    if (run.length === 0) return;
    this.#runs.push(run);
    this.#length += run.length;
  }

  /** Puts a run before all others. */
  unshift(run: Pcm): void {
    if (run.length === 0) return;
    const [first] = this.#runs;
    if (first && this.#taken > 0) this.#runs[0] = first.subarray(this.#taken);
    this.#taken = 0;
    this.#runs.unshift(run);
    this.#length += run.length;
  }

  /** Takes `samples`; what is missing at the end is silence. */
  take(samples: number): Pcm {
    const frame = new Int16Array(samples);
    let filled = 0;
    for (let run = this.#runs[0]; run !== undefined && filled < samples; run = this.#runs[0]) {
      const piece = run.subarray(this.#taken, this.#taken + samples - filled);
      frame.set(piece, filled);
      filled += piece.length;
      this.#taken += piece.length;
      if (this.#taken < run.length) break;
      this.#runs.shift();
      this.#taken = 0;
    }
    this.#length -= filled;
    return frame;
  }

  /** The next `samples` without taking them; what is missing is silence. */
  peek(samples: number): Pcm {
    const frame = new Int16Array(samples);
    let filled = 0;
    let skip = this.#taken;
    for (const run of this.#runs) {
      const piece = run.subarray(skip, skip + samples - filled);
      frame.set(piece, filled);
      filled += piece.length;
      skip = 0;
      if (filled === samples) break;
    }
    return frame;
  }

  clear(): void {
    this.#runs = [];
    this.#taken = 0;
    this.#length = 0;
  }
}
