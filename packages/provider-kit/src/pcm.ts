import type { Pcm } from "@metered/llmrtc-core";

/**
 * Puts s16le bytes, cut anywhere, together into whole samples. Never yields an empty run; half a
 * sample at the end is dropped.
 */
export async function* pcmFromBytes(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Pcm> {
  let rest = new Uint8Array(0);
  for await (const piece of bytes) {
    const joined = new Uint8Array(rest.length + piece.length);
    joined.set(rest);
    joined.set(piece, rest.length);
    const whole = joined.length - (joined.length % 2);
    rest = joined.subarray(whole);
    if (whole > 0) yield new Int16Array(joined.buffer, 0, whole / 2);
  }
}
