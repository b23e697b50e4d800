import { type AudioCodec, microphoneFormat, type Pcm, pcmFromFloats } from "@metered/llmrtc-core";

export interface VoiceEncoder {
  /** Mono, at `codecRate`. */
  push(pcm: Pcm): void;
  close(): void;
}

export interface VoiceDecoder {
  /** @param callTime of the first sample, in ms */
  push(callTime: number, payload: Uint8Array): void;
  /** Forgets what is on its way. */
  reset(): void;
  close(): void;
}

/** Tells what came out. Times are of the first sample, in ms. */
export interface CodecEvents {
  readonly encoded: (time: number, payload: Uint8Array) => void;
  readonly decoded: (callTime: number, pcm: Pcm) => void;
  readonly failed: (error: unknown) => void;
}

/** Samples per second on both sides of a codec. */
export const codecRate = { opus: 48_000, pcm: microphoneFormat.sampleRate } as const;

const opus = { codec: "opus", sampleRate: codecRate.opus, numberOfChannels: 1 } as const;
const opusVoice: AudioEncoderConfig = {
  ...opus,
  bitrate: 32_000,
  opus: { frameDuration: 20_000 },
};

/** Opus where the browser has WebCodecs for it, else PCM. */
export async function chooseCodec(): Promise<AudioCodec> {
  try {
    const [encodes, decodes] = await Promise.all([
      AudioEncoder.isConfigSupported(opusVoice),
      AudioDecoder.isConfigSupported(opus),
    ]);
    return encodes.supported === true && decodes.supported === true ? "opus" : "pcm";
  } catch {
    return "pcm"; // a browser without WebCodecs, or whose WebCodecs know no audio
  }
}

export function makeCodec(
  codec: AudioCodec,
  events: CodecEvents,
): { readonly encoder: VoiceEncoder; readonly decoder: VoiceDecoder } {
  return codec === "opus"
    ? { encoder: opusEncoder(events), decoder: opusDecoder(events) }
    : { encoder: pcmEncoder(events), decoder: pcmDecoder(events) };
}

function opusEncoder({ encoded, failed }: CodecEvents): VoiceEncoder {
  const encoder = new AudioEncoder({
    output(chunk) {
      const payload = new Uint8Array(chunk.byteLength);
      chunk.copyTo(payload);
      encoded(chunk.timestamp / 1000, payload);
    },
    error: failed,
  });
  encoder.configure(opusVoice);
  let samples = 0;
  return {
    push(pcm) {
      const data = new AudioData({
        format: "s16",
        sampleRate: opus.sampleRate,
        numberOfChannels: 1,
        numberOfFrames: pcm.length,
        timestamp: (samples * 1e6) / opus.sampleRate,
        data: pcm.slice(),
      });
      samples += pcm.length;
      if (encoder.state === "configured") encoder.encode(data);
      data.close();
    },
    close() {
      if (encoder.state !== "closed") encoder.close();
    },
  };
}

function opusDecoder({ decoded, failed }: CodecEvents): VoiceDecoder {
  const decoder = new AudioDecoder({
    output(data) {
      const floats = new Float32Array(data.numberOfFrames);
      data.copyTo(floats, { planeIndex: 0, format: "f32-planar" });
      decoded(data.timestamp / 1000, pcmFromFloats(floats));
      data.close();
    },
    error: failed,
  });
  decoder.configure(opus);
  return {
    push(callTime, data) {
      if (decoder.state !== "configured") return;
      const timestamp = Math.round(callTime * 1000);
      decoder.decode(new EncodedAudioChunk({ type: "key", timestamp, data: data.slice() }));
    },
    reset() {
      if (decoder.state !== "configured") return;
      decoder.reset();
      decoder.configure(opus);
    },
    close() {
      if (decoder.state !== "closed") decoder.close();
    },
  };
}

/** Frames are little-endian, and so is every machine that has a browser. */
function pcmEncoder({ encoded }: CodecEvents): VoiceEncoder {
  let samples = 0;
  return {
    push(pcm) {
      const payload = new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
      encoded((samples * 1000) / codecRate.pcm, payload);
      samples += pcm.length;
    },
    close: () => undefined,
  };
}

function pcmDecoder({ decoded }: CodecEvents): VoiceDecoder {
  return {
    push(callTime, payload) {
      decoded(callTime, new Int16Array(payload.slice().buffer));
    },
    reset: () => undefined,
    close: () => undefined,
  };
}
