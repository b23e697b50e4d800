/** Samples of one RTP clock tick per millisecond: Opus in RTP always counts 48 kHz (RFC 7587, 4.1). */
export const opusTicksPerMs = 48;

/** Longest audio that one Opus packet may hold, in milliseconds (RFC 6716, 3.2.5, R5). */
const longestMs = 120;

/** Milliseconds per frame for each of the 32 configurations of the first byte (RFC 6716, table 2). */
const silkMs = [10, 20, 40, 60] as const;
const hybridMs = [10, 20] as const;
const celtMs = [2.5, 5, 10, 20] as const;

/**
 * Play time of an Opus packet in milliseconds, read from its first bytes without decoding.
 * Undefined when the packet is empty or promises more than 120 ms: not Opus.
 */
export function opusDurationMs(packet: Uint8Array): number | undefined {
  const toc = packet[0];
  if (toc === undefined) return undefined;
  const frames = frameCount(toc, packet[1]);
  if (frames === undefined) return undefined;
  const ms = frames * frameMs(toc >> 3);
  return ms > 0 && ms <= longestMs ? ms : undefined;
}

/**
 * A packet with no frame data: the decoder conceals one frame of the same kind as `packet`
 * (RFC 6716, 3.2.1: a frame of length 0 stands for one that was lost or not sent).
 */
export function missingFrame(packet: Uint8Array): Uint8Array {
  return Uint8Array.of((packet[0] ?? 0) & 0xfc);
}

function frameMs(config: number): number {
  if (config < 12) return silkMs[config & 3] ?? 20;
  if (config < 16) return hybridMs[config & 1] ?? 20;
  return celtMs[config & 3] ?? 20;
}

function frameCount(toc: number, second: number | undefined): number | undefined {
  const code = toc & 3;
  if (code === 0) return 1;
  if (code < 3) return 2;
  return second === undefined ? undefined : second & 0x3f;
}
