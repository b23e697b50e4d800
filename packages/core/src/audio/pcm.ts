/** How a stream of samples is laid out. Samples are 16-bit signed, native-endian. */
export interface PcmFormat {
  /** Samples per second per channel, e.g. 24_000. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
}

/** A run of samples, interleaved when stereo. Any length. */
export type Pcm = Int16Array;

/** What the caller's voice is inside the server: 16 kHz mono, as VAD and speech to text want it. */
export const microphoneFormat = { sampleRate: 16_000, channels: 1 } as const satisfies PcmFormat;

/** What the agent's voice is inside the server: 24 kHz mono, encoded by Opus at that rate. */
export const speakerFormat = { sampleRate: 24_000, channels: 1 } as const satisfies PcmFormat;

/** Length of one audio frame on the wire and on the playout clock, in milliseconds. */
export const frameMs = 20;

/**
 * Play time of a run of samples, in milliseconds, not rounded.
 *
 * @throws {RangeError} if `pcm` holds a fraction of a frame
 * @example durationMs(new Int16Array(480), { sampleRate: 24_000, channels: 1 }) // 20
 */
export function durationMs(pcm: Pcm, format: PcmFormat): number {
  const frames = pcm.length / format.channels;
  if (!Number.isInteger(frames)) throw new RangeError("pcm must hold whole frames");
  return (frames * 1000) / format.sampleRate;
}
