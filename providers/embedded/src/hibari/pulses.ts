import { hop, sampleRate } from "./frames.ts";

/** The lowest pitch that counts as voice, in Hz; below it the vocal cords are silent. */
export const lowestPitch = 40;
/** Harmonics stop below this, in Hz, so that nothing folds back at 12 kHz. */
const highestHarmonic = 11_000;

/**
 * The sound of the vocal cords: at every pitch period one pulse, the sum of all harmonics up to
 * 11 kHz with equal strength, cos(φ) + cos(2φ) + … + cos(Hφ). Pitch is a line between frame centres;
 * phase runs through the whole piece, so hops must be asked for in order.
 */
export class PulseTrain {
  readonly #f0: Float32Array;
  /** Position in the pitch period, 0 to 1. */
  #phase = 0;
  #next = 0;

  /** @param f0 pitch per frame in Hz */
  constructor(f0: Float32Array) {
    this.#f0 = f0;
  }

  /** Writes the samples of the next frame's hop to `out[offset … offset + hop)`. True: some sound. */
  next(out: Float32Array, offset: number): boolean {
    const frame = this.#next++;
    const here = this.#f0[frame] ?? 0;
    const before = this.#f0[frame - 1] ?? here;
    const after = this.#f0[frame + 1] ?? here;
    if (Math.max(before, here, after) <= lowestPitch) {
      this.#rest();
      return false;
    }
    let sounded = false;
    for (let n = 0; n < hop; n++) {
      const place = (n + 0.5) / hop - 0.5;
      const pitch = here + (place < 0 ? before - here : after - here) * Math.abs(place);
      const voiced = pitch > lowestPitch;
      this.#phase += (voiced ? pitch : lowestPitch) / sampleRate;
      if (this.#phase >= 1) this.#phase -= 1;
      if (voiced) {
        out[offset + n] = pulse(this.#phase, pitch);
        sounded = true;
      }
    }
    return sounded;
  }

  /** A silent hop still moves the phase, at the lowest pitch. */
  #rest(): void {
    this.#phase = (this.#phase + (hop * lowestPitch) / sampleRate) % 1;
  }
}

/** The sum of H cosines in closed form: sin((H + ½)φ) / 2·sin(φ/2) − ½. */
function pulse(phase: number, pitch: number): number {
  const angle = 2 * Math.PI * phase;
  const order = Math.floor(highestHarmonic / pitch) + 0.5;
  const divisor = 2 * Math.sin(angle / 2);
  const kernel = Math.abs(divisor) <= 2e-3 ? order : Math.sin(order * angle) / divisor;
  return kernel - 0.5;
}
