import { type Clock, frameMs, microphoneFormat, pcmFromFloats } from "@metered/llmrtc-core";
import { wait } from "./waiting.ts";

/** What a caller does, piece after piece. */
export type CallerScript = readonly (
  | { readonly speakMs: number }
  | { readonly silentMs: number }
  /** Steady noise, e.g. of a fan, at -55 dB. */
  | { readonly noiseMs: number }
)[];

export interface CallerOptions {
  /** Default 16_000. */
  readonly sampleRate?: number;
  /** Another number is another voice. Default 1. */
  readonly seed?: number;
}

/**
 * What the microphone of a caller picks up: speaking is a buzz of 120 Hz with noise, in four syllables
 * a second. A detector of loudness takes it for speech; a neural one need not.
 */
export function callerSound(script: CallerScript, options: CallerOptions = {}): Int16Array {
  const { sampleRate = microphoneFormat.sampleRate, seed = 1 } = options;
  const random = randomNumbers(seed);
  const length = (ms: number) => Math.round((ms * sampleRate) / 1000);
  const pieces = script.map((piece) => {
    if ("silentMs" in piece) return new Float32Array(length(piece.silentMs));
    if ("noiseMs" in piece) {
      return Float32Array.from({ length: length(piece.noiseMs) }, () => 0.003 * random());
    }
    return Float32Array.from({ length: length(piece.speakMs) }, (_, i) => {
      const syllable = 0.35 + 0.65 * Math.abs(Math.sin((Math.PI * 4 * i) / sampleRate));
      const buzz = 2 * ((120 * i) / sampleRate - Math.floor((120 * i) / sampleRate)) - 1;
      return syllable * (0.25 * buzz + 0.1 * random());
    });
  });
  return pcmFromFloats(pieces.flatMap((piece) => [...piece]));
}

/**
 * A caller's microphone: 20 ms frames, the last one filled up with silence.
 *
 * @param options with a `clock` a frame comes every 20 ms; without, as fast as it is read
 */
export async function* scriptedCaller(
  script: CallerScript,
  options: CallerOptions & { readonly clock?: Clock; readonly signal?: AbortSignal } = {},
): AsyncGenerator<Int16Array, void, undefined> {
  const { clock, signal, sampleRate = microphoneFormat.sampleRate } = options;
  const pcm = callerSound(script, options);
  const size = (frameMs * sampleRate) / 1000;
  const started = clock?.now() ?? 0;
  for (let frame = 0; frame * size < pcm.length; frame++) {
    signal?.throwIfAborted();
    // Each frame is due at its own time, so that waiting a little too long does not add up.
    if (clock) await wait(started + (frame + 1) * frameMs - clock.now(), clock, signal);
    const samples = new Int16Array(size);
    samples.set(pcm.subarray(frame * size, (frame + 1) * size));
    yield samples;
  }
}

/** The same numbers, -1 to 1, for the same seed: a linear congruential generator. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
