/** Samples per second of the voice. */
export const sampleRate = 24_000;
/** Samples from one frame of the acoustic model to the next: 12.5 ms. */
export const hop = 300;
/** Samples that one frame's spectrum covers. Frame k is centred on sample `k · hop`. */
export const windowLength = 1200;
export const bins = windowLength / 2 + 1;
/** Frames that are turned into sound together: 200 ms. */
export const blockFrames = 16;

/** The periodic Hann window of analysis and synthesis. Its squares, a hop apart, add up to 1.5. */
export const hann = Float64Array.from(
  { length: windowLength },
  (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / windowLength),
);

/**
 * What the acoustic model says about a piece of speech of `frames` frames. Spectra are bin-major:
 * the value of bin b in frame k is at `b · frames + k`.
 */
export interface AcousticFrames {
  readonly frames: number;
  /** Pitch in Hz per frame; about 0 where the voice does not sound. */
  readonly f0: Float32Array;
  /** Log gain and phase (through tanh) that the vocal tract gives to the pulses of the voice. */
  readonly lh: Float32Array;
  readonly theta: Float32Array;
  /** Log gain of the noise of the breath. */
  readonly ln: Float32Array;
  /** Log magnitude and phase of what is neither: clicks, bursts, the rest. */
  readonly lr: Float32Array;
  readonly phi: Float32Array;
}

/** Frames `first` to `end`, the latter not included. */
export interface FrameRange {
  readonly first: number;
  readonly end: number;
}
