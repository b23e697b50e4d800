import { LLMRTCError } from "../errors.ts";
import { bytesFromPcm } from "./bytes.ts";
import type { Pcm, PcmFormat } from "./pcm.ts";
import { toSample } from "./samples.ts";

const headerBytes = 44;
/** Format tags of the `fmt ` chunk, from mmreg.h. */
const tagPcm = 1;
const tagFloat = 3;
const tagExtensible = 0xfffe;

/** A WAV file (RIFF, little-endian, 16-bit PCM) of `pcm`: a 44-byte header, then the samples. */
export function encodeWav(pcm: Pcm, { sampleRate, channels }: PcmFormat): Uint8Array {
  const dataBytes = pcm.length * 2;
  const bytes = new Uint8Array(headerBytes + dataBytes);
  const view = new DataView(bytes.buffer);
  const tag = (offset: number, name: string) => {
    for (let i = 0; i < 4; i++) view.setUint8(offset + i, name.charCodeAt(i));
  };
  tag(0, "RIFF");
  view.setUint32(4, headerBytes - 8 + dataBytes, true);
  tag(8, "WAVE");
  tag(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, tagPcm, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  tag(36, "data");
  view.setUint32(40, dataBytes, true);
  bytes.set(bytesFromPcm(pcm), headerBytes);
  return bytes;
}

/**
 * Reads a WAV file: mono or stereo; 8, 16, 24 or 32-bit integers or 32-bit floats, plain or
 * WAVE_FORMAT_EXTENSIBLE. Chunks that are not needed are skipped. A file that was cut off, or whose
 * sizes were not known when it was written (0 or 0xFFFFFFFF), is read up to its last whole frame.
 *
 * @throws {LLMRTCError} `INVALID_AUDIO_FORMAT` for anything else
 */
export function decodeWav(bytes: Uint8Array): { pcm: Pcm; format: PcmFormat } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tagAt(view, 0) !== "RIFF" || tagAt(view, 8) !== "WAVE") throw invalid("not a WAV file");
  let layout: Layout | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = tagAt(view, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    const end = Math.min(start + size, bytes.length);
    if (name === "fmt ") layout = readLayout(view, start, end);
    if (name === "data") {
      if (!layout) throw invalid("WAV data comes before its format");
      const last = isStreamed(size) ? bytes.length : end;
      return { pcm: readSamples(view, start, last, layout), format: layout.format };
    }
    at = start + size + (size % 2); // chunks start on even bytes
  }
  throw invalid("WAV file without samples");
}

/** Encoders that write to a pipe cannot come back to fill in the size. */
function isStreamed(size: number): boolean {
  return size === 0 || size === 0xffff_ffff;
}

interface Layout {
  readonly format: PcmFormat;
  readonly bytesPerSample: number;
  readonly read: (view: DataView, at: number) => number;
}

function readLayout(view: DataView, start: number, end: number): Layout {
  if (end - start < 16) throw invalid("WAV format chunk is too short");
  let tag = view.getUint16(start, true);
  const channels = view.getUint16(start + 2, true);
  const sampleRate = view.getUint32(start + 4, true);
  const bits = view.getUint16(start + 14, true);
  // The first two bytes of the sub-format's GUID are the real format tag.
  if (tag === tagExtensible && end - start >= 26) tag = view.getUint16(start + 24, true);
  if (channels !== 1 && channels !== 2) throw invalid(`WAV file with ${channels} channels`);
  if (sampleRate === 0) throw invalid("WAV file without a sample rate");
  const read = reader(tag, bits);
  if (!read) throw invalid(`WAV samples of format ${tag} with ${bits} bits`);
  return { format: { sampleRate, channels }, bytesPerSample: bits / 8, read };
}

function reader(tag: number, bits: number): Layout["read"] | undefined {
  if (tag === tagFloat && bits === 32) return (view, at) => toSample(view.getFloat32(at, true));
  if (tag !== tagPcm) return undefined;
  switch (bits) {
    case 8:
      return (view, at) => (view.getUint8(at) - 128) * 256; // the only unsigned depth
    case 16:
      return (view, at) => view.getInt16(at, true);
    case 24:
      return (view, at) => view.getInt16(at + 1, true); // the lowest byte is below 16 bits
    case 32:
      return (view, at) => view.getInt16(at + 2, true);
    default:
      return undefined;
  }
}

function readSamples(view: DataView, start: number, end: number, layout: Layout): Pcm {
  const { bytesPerSample, format, read } = layout;
  const frames = Math.floor((end - start) / (bytesPerSample * format.channels));
  const pcm = new Int16Array(frames * format.channels);
  for (let i = 0; i < pcm.length; i++) pcm[i] = read(view, start + i * bytesPerSample);
  return pcm;
}

function tagAt(view: DataView, at: number): string {
  if (at + 4 > view.byteLength) return "";
  return String.fromCharCode(...Array.from({ length: 4 }, (_, i) => view.getUint8(at + i)));
}

function invalid(detail: string): LLMRTCError {
  return new LLMRTCError("INVALID_AUDIO_FORMAT", detail);
}
