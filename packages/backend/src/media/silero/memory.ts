import { voiceFrameSamples } from "@metered/llmrtc-core";

/** Samples of the frame before that the model wants to see again. */
const contextSamples = 64;
/** What one stream brings to a run: context and frame. */
export const inputSamples = contextSamples + voiceFrameSamples;
/** The state is two layers of this width. */
export const stateWidth = 128;

interface StreamMemory {
  readonly context: Float32Array;
  /** Layer 0, then layer 1. */
  readonly state: Float32Array;
}

/** What the model remembers of each stream. A stream that is not known begins from silence. */
export class StreamMemories {
  readonly #streams = new Map<number, StreamMemory>();

  get size(): number {
    return this.#streams.size;
  }

  forget(stream: number): void {
    this.#streams.delete(stream);
  }

  /**
   * Lays out a run over all `streams`: input [n, 576], state [2, n, 128].
   *
   * @param samples n frames, one after another
   */
  gather(
    streams: readonly number[],
    samples: Int16Array,
  ): { input: Float32Array; state: Float32Array } {
    const count = streams.length;
    const input = new Float32Array(count * inputSamples);
    const state = new Float32Array(2 * count * stateWidth);
    for (const [i, stream] of streams.entries()) {
      const memory = this.#memoryOf(stream);
      const row = input.subarray(i * inputSamples, (i + 1) * inputSamples);
      row.set(memory.context);
      for (let k = 0; k < voiceFrameSamples; k++) {
        row[contextSamples + k] = (samples[i * voiceFrameSamples + k] ?? 0) / 32_768;
      }
      memory.context.set(row.subarray(voiceFrameSamples));
      state.set(memory.state.subarray(0, stateWidth), i * stateWidth);
      state.set(memory.state.subarray(stateWidth), (count + i) * stateWidth);
    }
    return { input, state };
  }

  /** Takes the state [2, n, 128] that the run left behind. */
  scatter(streams: readonly number[], state: Float32Array): void {
    const count = streams.length;
    for (const [i, stream] of streams.entries()) {
      const { state: own } = this.#memoryOf(stream);
      own.set(state.subarray(i * stateWidth, (i + 1) * stateWidth));
      own.set(state.subarray((count + i) * stateWidth, (count + i + 1) * stateWidth), stateWidth);
    }
  }

  #memoryOf(stream: number): StreamMemory {
    const known = this.#streams.get(stream);
    if (known) return known;
    const memory = {
      context: new Float32Array(contextSamples),
      state: new Float32Array(2 * stateWidth),
    };
    this.#streams.set(stream, memory);
    return memory;
  }
}
