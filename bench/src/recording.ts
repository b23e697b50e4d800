import { readFile } from "node:fs/promises";
import { decodeWav, microphoneFormat, type Pcm } from "@metered/llmrtc-core";
import { FLACDecoder } from "@wasm-audio-decoders/flac";

/** Reads a FLAC or WAV file of 16 kHz mono. */
export async function readRecording(file: string): Promise<Pcm> {
  const bytes = await readFile(file);
  const { pcm, sampleRate, channels } = file.endsWith(".flac")
    ? await decodeFlac(bytes)
    : ((wav) => ({ pcm: wav.pcm, ...wav.format }))(decodeWav(bytes));
  if (sampleRate !== microphoneFormat.sampleRate || channels !== 1) {
    throw new Error(`${file} is not 16 kHz mono`);
  }
  return pcm;
}

async function decodeFlac(bytes: Uint8Array) {
  const decoder = new FLACDecoder();
  await decoder.ready;
  try {
    const { channelData, sampleRate, errors } = await decoder.decodeFile(bytes);
    const [error] = errors;
    if (error) throw new Error(`FLAC: ${error.message}`);
    const [samples = new Float32Array(0)] = channelData;
    const pcm = Int16Array.from(samples, (sample) => Math.round(sample * 32_768));
    return { pcm, sampleRate, channels: channelData.length };
  } finally {
    decoder.free();
  }
}
