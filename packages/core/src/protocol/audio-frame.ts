import { LLMRTCError } from "../errors.ts";

/** How sound is written in a frame: one Opus packet, or s16le mono samples at 16 kHz. */
export const audioCodecs = ["opus", "pcm"] as const;
export type AudioCodec = (typeof audioCodecs)[number];

/** A run of sound in a binary WebSocket frame, up to 120 ms long. */
export interface AudioFrame {
  readonly codec: AudioCodec;
  /** Counts the frames that there were to send, also those that the sender dropped; 16 bits, wraps. */
  readonly sequence: number;
  /** Of the first sample, in 1/48 ms whatever the codec, as RTP has it (RFC 7587, 4.1); 32 bits, wraps. */
  readonly timestamp: number;
  /** Never empty. */
  readonly payload: Uint8Array;
}

/** Ticks of `AudioFrame.timestamp` in a millisecond. */
export const audioTicksPerMs = 48;

const headerBytes = 8;
/** 120 ms of 16-bit samples at 16 kHz, and more than any Opus packet needs. */
const mostPayloadBytes = 3840;
/** First byte of the frame, for each codec. */
const kinds: Readonly<Record<AudioCodec, number>> = { opus: 1, pcm: 2 };

/**
 * Header of 8 bytes, big-endian: kind, 0 (reserved), sequence (16 bits), timestamp (32 bits).
 * Then the payload.
 */
export function encodeAudioFrame(frame: AudioFrame): Uint8Array<ArrayBuffer> {
  const { codec, sequence, timestamp, payload } = frame;
  const bytes = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kinds[codec]);
  view.setUint16(2, sequence);
  view.setUint32(4, timestamp);
  bytes.set(payload, headerBytes);
  return bytes;
}

/**
 * Reads a binary frame. The payload is a view on `bytes`.
 *
 * @throws {LLMRTCError} `INVALID_MESSAGE` when it is none
 */
export function decodeAudioFrame(bytes: Uint8Array): AudioFrame {
  const codec = audioCodecs.find((one) => kinds[one] === bytes[0]);
  const length = bytes.length - headerBytes;
  const halfSample = codec === "pcm" && length % 2 !== 0;
  if (!codec || bytes[1] !== 0 || length < 1 || length > mostPayloadBytes || halfSample) {
    throw new LLMRTCError("INVALID_MESSAGE", "Invalid binary frame");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    codec,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    payload: bytes.subarray(headerBytes),
  };
}
