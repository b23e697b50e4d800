/** Encoder frames of a whole Whisper context: 30 s in steps of 20 ms. */
export const contextFrames = 1500;
/** Samples under one encoder frame. */
const frameSamples = 320;

export interface EncoderFrames {
  /** Encoder frames; the picture has two columns for each. */
  readonly count: number;
  /** Where in the 30 s each frame stands. */
  readonly positions: readonly number[];
}

/**
 * Whisper was trained on 30 s and loops when it gets less, but 30 s cost four times as much. So the
 * sound and a second of silence stand where they are, and `tail` frames of silence are spread over
 * the rest, the last at the very end.
 */
export function sparseFrames(samples: number, lead: number, tail: number): EncoderFrames {
  const dense = Math.min(contextFrames, Math.ceil(samples / frameSamples) + lead);
  const count = Math.min(contextFrames, dense + tail);
  const stride = (contextFrames - dense) / Math.max(1, count - dense);
  const last = contextFrames - 1;
  const positions = Array.from({ length: count }, (_, i) =>
    i < dense ? i : Math.min(last, Math.round(dense + (i - dense + 0.5) * stride)),
  );
  positions[count - 1] = last;
  return { count, positions };
}

/** All 30 s. */
export function allFrames(): EncoderFrames {
  return { count: contextFrames, positions: Array.from({ length: contextFrames }, (_, i) => i) };
}
