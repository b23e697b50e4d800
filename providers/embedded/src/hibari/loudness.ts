/** The voice peaks at 0.19 to 0.66; twice that (+6 dB) is as loud as other agents' voices. */
const gain = 2;
/** Up to here the gain is all that happens; louder samples bend towards 1 and never reach it. */
const knee = 0.8;

/** Samples of the vocoder as s16le bytes at listening level. */
export function toPcmBytes(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < samples.length; i++) {
    view.setInt16(2 * i, Math.round(32_767 * softLimit(gain * (samples[i] ?? 0))), true);
  }
  return bytes;
}

/** Continuous in value and slope at the knee, odd, rising, below 1. */
export function softLimit(x: number): number {
  const size = Math.abs(x);
  if (size <= knee) return x;
  const room = 1 - knee;
  return Math.sign(x) * (knee + room * Math.tanh((size - knee) / room));
}
