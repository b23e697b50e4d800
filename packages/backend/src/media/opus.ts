import { frameMs, type Pcm, speakerFormat } from "@metered/llmrtc-core";
import { Decoder, Encoder } from "@evan/opus";
import { missingFrame, opusDurationMs } from "./opus-packet.ts";

/** Samples in one frame for the encoder: 20 ms at 24 kHz. */
export const speakerFrameSamples = (speakerFormat.sampleRate * frameMs) / 1000;

/**
 * One call's voice encoder: 24 kHz mono in frames of 20 ms, tuned for speech at 32 kb/s. Complexity
 * 5 sounds like 9 at this rate and costs half.
 */
export class SpeechEncoder {
  readonly #encoder: Encoder;

  constructor() {
    this.#encoder = new Encoder({
      channels: 1,
      sample_rate: speakerFormat.sampleRate,
      application: "voip",
    });
    this.#encoder.bitrate = 32_000;
    this.#encoder.complexity = 5;
    this.#encoder.signal = "voice";
  }

  /** @param frame exactly `speakerFrameSamples` samples */
  encode(frame: Pcm): Uint8Array {
    if (frame.length !== speakerFrameSamples) throw new RangeError("a frame has 480 samples");
    return this.#encoder.encode(frame);
  }
}

/** One microphone's decoder: any Opus, mono or stereo, to 16 kHz mono. It remembers what it heard. */
export class SpeechDecoder {
  readonly #decoder = new Decoder({ channels: 1, sample_rate: 16_000 });
  #missing: Uint8Array | undefined;
  #missingMs: number = frameMs;

  /** Undefined when `packet` is not Opus; the decoder goes on. */
  decode(packet: Uint8Array): Pcm | undefined {
    if (opusDurationMs(packet) === undefined) return undefined;
    const pcm = this.#run(packet);
    if (pcm === undefined) return undefined;
    this.#missing = missingFrame(packet);
    this.#missingMs = opusDurationMs(this.#missing) ?? frameMs;
    return pcm;
  }

  /** Fills a hole of `ms` by going on as the voice was, fading out; silence before any packet. */
  conceal(ms: number): Pcm {
    const filled = new Int16Array(ms * 16);
    if (this.#missing === undefined) return filled;
    for (let at = 0; at < ms; at += this.#missingMs) {
      const piece = this.#run(this.#missing);
      if (piece === undefined) break;
      filled.set(piece.subarray(0, Math.max(0, filled.length - at * 16)), at * 16);
    }
    return filled;
  }

  #run(packet: Uint8Array): Pcm | undefined {
    try {
      const bytes = this.#decoder.decode(packet);
      return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    } catch {
      return undefined; // a broken packet from outside is no more than a lost one
    }
  }
}
