import { LLMRTCError } from "@metered/llmrtc-core";
import { floats, type Runtime, type Session } from "@metered/llmrtc-onnx";
import { melBands, pictureFrames } from "./frame-ring.ts";

const outputs = { logits: "float32" } as const;
/** On x64 without VNNI the default 8-bit kernels saturate; this entry chooses exact ones. */
const config = { "session.x64quantprecision": "1" };

/** Smart Turn v3.2. Blocks its thread while it works. */
export class SmartTurn {
  readonly #session: Session<typeof outputs>;

  static async open(runtime: Runtime, model: URL): Promise<SmartTurn> {
    return new SmartTurn(await runtime.open(model, { outputs, config }));
  }

  private constructor(session: Session<typeof outputs>) {
    this.#session = session;
  }

  /** @returns the probability that the speaker in the picture has finished, 0 to 1 */
  async finished(picture: Float32Array): Promise<number> {
    const { logits } = await this.#session.run({
      input_features: floats(picture, [1, melBands, pictureFrames]),
    });
    const [probability] = logits.data; // the graph ends with the sigmoid
    if (probability === undefined) throw new LLMRTCError("MODEL_ERROR", "Smart Turn said nothing");
    return probability;
  }
}
