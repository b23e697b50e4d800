/** Below this a sound counts as silence, in dB relative to full scale. */
const floorDb = -60;

/** 0 for silence to 1 for full scale, linear in decibels as ears are. `samples` are -1 to 1. */
export function loudness(samples: Float32Array): number {
  let squares = 0;
  for (const sample of samples) squares += sample * sample;
  const db = 10 * Math.log10(squares / samples.length);
  return Math.min(1, Math.max(0, 1 - db / floorDb));
}

/** How loud a stream is, asked whenever wanted; costs nothing in between. */
export class LevelMeter {
  readonly #source: MediaStreamAudioSourceNode;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(context: AudioContext, stream: MediaStream) {
    this.#source = context.createMediaStreamSource(stream);
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 1024; // 21 ms at 48 kHz
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source.connect(this.#analyser);
  }

  get level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return loudness(this.#samples);
  }

  close(): void {
    this.#source.disconnect();
  }
}
