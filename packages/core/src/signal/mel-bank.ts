/** Triangular filters over the bins of a power spectrum, stored without their zeros. */
export interface MelBank {
  readonly bands: readonly MelBand[];
}

export interface MelBand {
  readonly firstBin: number;
  readonly weights: Float64Array;
}

/** Slaney's mel scale: linear up to 1 kHz, then logarithmic. */
function melFromHz(hz: number): number {
  return hz < 1000 ? (3 * hz) / 200 : 15 + (27 / Math.log(6.4)) * Math.log(hz / 1000);
}

function hzFromMel(mel: number): number {
  return mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((Math.log(6.4) / 27) * (mel - 15));
}

/** `count` bands from 0 Hz to half the sample rate, each of area 1 over frequency. */
export function melBank(count: number, bins: number, sampleRate: number): MelBank {
  const top = sampleRate / 2;
  const edge = (i: number): number => hzFromMel((melFromHz(top) * i) / (count + 1));
  const bands = Array.from({ length: count }, (_, band) => {
    const [low, centre, high] = [edge(band), edge(band + 1), edge(band + 2)];
    const weight = (bin: number): number => {
      const hz = (bin * top) / (bins - 1);
      const height = Math.min((hz - low) / (centre - low), (high - hz) / (high - centre));
      return (Math.max(0, height) * 2) / (high - low);
    };
    const weights = Array.from({ length: bins }, (_, bin) => weight(bin));
    const firstBin = weights.findIndex((w) => w > 0);
    const end = weights.findLastIndex((w) => w > 0) + 1;
    return { firstBin, weights: Float64Array.from(weights.slice(firstBin, end)) };
  });
  return { bands };
}
