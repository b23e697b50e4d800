import type { Pcm } from "./pcm.ts";

/** Samples as s16le bytes, in memory of their own. */
export function bytesFromPcm(pcm: Pcm): Uint8Array {
  const bytes = new Uint8Array(pcm.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < pcm.length; i++) view.setInt16(i * 2, pcm[i] ?? 0, true);
  return bytes;
}

/**
 * Turns s16le bytes that arrive in runs of any length into samples. A sample that is split between
 * two runs comes with the second.
 */
export class PcmReader {
  #lowByte: number | undefined;

  /** @returns the whole samples so far, in memory of their own; may be empty */
  push(bytes: Uint8Array): Pcm {
    if (bytes.length === 0) return new Int16Array(0);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const carried = this.#lowByte;
    const first = carried === undefined ? 0 : 1;
    const pcm = new Int16Array(Math.floor((bytes.length + first) / 2));
    if (carried !== undefined) pcm[0] = (view.getInt8(0) << 8) | carried;
    for (let i = first; i < pcm.length; i++) pcm[i] = view.getInt16(i * 2 - first, true);
    this.#lowByte = (bytes.length + first) % 2 === 0 ? undefined : view.getUint8(bytes.length - 1);
    return pcm;
  }
}

/** The same for a stream. Never yields an empty run; half a sample at the very end is dropped. */
export async function* pcmFromBytes(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Pcm, void, undefined> {
  const reader = new PcmReader();
  for await (const bytes of source) {
    const pcm = reader.push(bytes);
    if (pcm.length > 0) yield pcm;
  }
}
