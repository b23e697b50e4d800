import { type Pcm, speakerFormat } from "@metered/llmrtc-core";

/** As far back as speech can be taken back, in samples: 1.5 s. */
const remembered = 1.5 * speakerFormat.sampleRate;

/** The last speech that was sent, to be said again when the caller did not hear it. */
export class SentSound {
  #runs: Pcm[] = [];
  #length = 0;

  push(run: Pcm): void {
    this.#runs.push(run);
    this.#length += run.length;
    for (let [first] = this.#runs; first; [first] = this.#runs) {
      if (this.#length - first.length < remembered) return;
      this.#runs.shift();
      this.#length -= first.length;
    }
  }

  /** What was sent last, without its last `less` samples. */
  before(less: number): Pcm {
    const all = new Int16Array(this.#length);
    let at = 0;
    for (const run of this.#runs) {
      all.set(run, at);
      at += run.length;
    }
    return all.subarray(0, Math.max(0, this.#length - less));
  }

  /** Takes back the last `samples`, or as many as are remembered. */
  takeBack(samples: number): Pcm {
    const all = this.before(0);
    const kept = Math.max(0, all.length - samples);
    this.#runs = kept > 0 ? [all.slice(0, kept)] : [];
    this.#length = kept;
    return all.slice(kept);
  }

  clear(): void {
    this.#runs = [];
    this.#length = 0;
  }
}
