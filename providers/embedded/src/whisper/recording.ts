import {
  decodeWav,
  LLMRTCError,
  microphoneFormat,
  Resampler,
  toMono,
  type Pcm,
} from "@metered/llmrtc-core";

/**
 * Reads a WAV file of any rate, mono or stereo, as 16 kHz mono.
 *
 * @throws {LLMRTCError} `INVALID_AUDIO_FORMAT`
 */
export function readRecording(wav: Uint8Array): Pcm {
  const { pcm, format } = decodeWav(wav);
  const resampler = resamplerFrom(format.sampleRate);
  const mono = toMono(pcm, format.channels);
  const [head, tail] = [resampler.process(mono), resampler.flush()];
  const whole = new Int16Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function resamplerFrom(sampleRate: number): Resampler {
  try {
    return new Resampler(sampleRate, microphoneFormat.sampleRate);
  } catch (cause) {
    throw new LLMRTCError("INVALID_AUDIO_FORMAT", `WAV file at ${sampleRate} Hz`, { cause });
  }
}
