import {
  type AudioCodec,
  audioTicksPerMs,
  bytesFromPcm,
  encodeAudioFrame,
  frameMs,
  microphoneFormat,
  type Pcm,
  Resampler,
  speakerFormat,
} from "@metered/llmrtc-core";
import { SpeechEncoder } from "../../media/opus.ts";

const ticksPerFrame = frameMs * audioTicksPerMs;
const ticksPerSample = (audioTicksPerMs * 1000) / microphoneFormat.sampleRate;

interface Encoded {
  readonly payload: Uint8Array;
  /** How far behind the frame's own time the payload begins, in ticks. */
  readonly delay: number;
}

interface VoiceEncoder {
  encode(frame: Pcm): Encoded;
  /** A pause follows. */
  rest(): void;
}

/** The agent's voice as binary frames, whose time goes on through silence. */
export class SocketSpeaker {
  readonly #codec: AudioCodec;
  readonly #encoder: VoiceEncoder;
  #sequence = 0;
  #timestamp = 0;

  constructor(codec: AudioCodec) {
    this.#codec = codec;
    this.#encoder = codec === "opus" ? opusEncoder() : pcmEncoder();
  }

  /** The frame for the next 20 ms; undefined when the agent is silent. */
  next(frame: Pcm | undefined): Uint8Array | undefined {
    const now = this.#timestamp;
    this.#timestamp = (now + ticksPerFrame) >>> 0;
    if (frame === undefined) {
      this.#encoder.rest();
      return undefined;
    }
    const { payload, delay } = this.#encoder.encode(frame);
    return encodeAudioFrame({
      codec: this.#codec,
      sequence: this.#count(),
      timestamp: (now + delay) >>> 0,
      payload,
    });
  }

  /** The next 20 ms are not sent: the network cannot keep up. */
  drop(frame: Pcm | undefined): void {
    this.#timestamp = (this.#timestamp + ticksPerFrame) >>> 0;
    this.#encoder.rest();
    if (frame !== undefined) this.#count();
  }

  #count(): number {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xffff;
    return sequence;
  }
}

function opusEncoder(): VoiceEncoder {
  const encoder = new SpeechEncoder();
  return {
    encode: (frame) => ({ payload: encoder.encode(frame), delay: 0 }),
    rest: () => undefined,
  };
}

function pcmEncoder(): VoiceEncoder {
  const resampler = new Resampler(speakerFormat.sampleRate, microphoneFormat.sampleRate);
  /** Samples that went in and have not come out yet, at the lower rate. */
  let held = 0;
  return {
    encode(frame) {
      const pcm = resampler.process(frame);
      const delay = -held * ticksPerSample;
      held += (frameMs * microphoneFormat.sampleRate) / 1000 - pcm.length;
      return { payload: bytesFromPcm(pcm), delay };
    },
    rest() {
      if (held === 0) return;
      resampler.flush();
      held = 0;
    },
  };
}
