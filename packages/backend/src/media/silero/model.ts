import { floats, type Runtime, type Session } from "@metered/llmrtc-onnx";
import type { DetectionBatch } from "./contract.ts";
import { inputSamples, StreamMemories, stateWidth } from "./memory.ts";

const outputs = { output: "float32", stateN: "float32" } as const;
const sampleRate = { data: BigInt64Array.of(16_000n), dims: [] };

/** Silero VAD v6 for many streams at once. Blocks its thread while it works. */
export class Silero {
  readonly #session: Session<typeof outputs>;
  readonly #memories = new StreamMemories();

  static async open(runtime: Runtime, model: URL): Promise<Silero> {
    return new Silero(await runtime.open(model, { outputs }));
  }

  private constructor(session: Session<typeof outputs>) {
    this.#session = session;
  }

  /** @returns the probability of voice for each stream of the batch, 0 to 1 */
  async detect({ streams, closed, samples }: DetectionBatch): Promise<Float32Array> {
    for (const stream of closed) this.#memories.forget(stream);
    if (streams.length === 0) return new Float32Array(0);
    const { input, state } = this.#memories.gather(streams, samples);
    const { output, stateN } = await this.#session.run({
      input: floats(input, [streams.length, inputSamples]),
      state: floats(state, [2, streams.length, stateWidth]),
      sr: sampleRate,
    });
    this.#memories.scatter(streams, stateN.data);
    return output.data;
  }
}
