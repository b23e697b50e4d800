import { microphoneFormat, type Pcm, PcmReader } from "@metered/llmrtc-core";
import { opusDurationMs } from "./opus-packet.ts";
import { SpeechDecoder } from "./opus.ts";

/** How a microphone's packets become 16 kHz mono. */
export interface VoiceCodec {
  /** Play time of a packet in milliseconds; undefined when it is no sound. */
  readonly lengthMs: (packet: Uint8Array) => number | undefined;
  /** One per microphone. */
  decoder(): VoiceDecoder;
}

interface VoiceDecoder {
  decode(packet: Uint8Array): Pcm | undefined;
  /** Fills a hole. */
  conceal(ms: number): Pcm;
}

export const opusVoice: VoiceCodec = {
  lengthMs: opusDurationMs,
  decoder: () => new SpeechDecoder(),
};

const samplesPerMs = microphoneFormat.sampleRate / 1000;

/** s16le at 16 kHz. */
export const pcmVoice: VoiceCodec = {
  lengthMs: (packet) => packet.length / 2 / samplesPerMs,
  decoder: () => ({
    decode: (packet) => new PcmReader().push(packet),
    conceal: (ms) => new Int16Array(ms * samplesPerMs),
  }),
};
