import type { Pcm } from "../audio/pcm.ts";
import type { Clock } from "../clock.ts";
import { voiceFrameMs, voiceFrameSamples } from "../providers/vad.ts";
import type { Controls } from "./controls.ts";

export interface VoiceFrameOptions {
  readonly stalledMs: number;
  readonly clock: Clock;
  /** Whether silence matters: somebody speaks, or may begin to. */
  readonly waiting: () => boolean;
  readonly controls: Controls;
}

/**
 * Cuts the microphone into detector frames, and puts silence where it stalls while that matters. Yields
 * undefined for a control that came while no sound did.
 */
export async function* voiceFrames(
  microphone: AsyncIterable<Pcm>,
  options: VoiceFrameOptions,
): AsyncGenerator<Pcm | undefined, void, undefined> {
  const { stalledMs } = options;
  const source = microphone[Symbol.asyncIterator]();
  let frame = new Int16Array(voiceFrameSamples);
  let filled = 0;
  try {
    let next = source.next();
    for (;;) {
      const got = await soundOr(next, options);
      if (got === "control") {
        yield undefined;
        continue;
      }
      if (got === "stalled") {
        for (let ms = 0; ms < stalledMs; ms += voiceFrameMs)
          yield new Int16Array(voiceFrameSamples);
        continue;
      }
      if (got.done) return;
      for (let from = 0; from < got.value.length;) {
        const part = got.value.subarray(from, from + voiceFrameSamples - filled);
        frame.set(part, filled);
        filled += part.length;
        from += part.length;
        if (filled === voiceFrameSamples) {
          yield frame;
          frame = new Int16Array(voiceFrameSamples);
          filled = 0;
        }
      }
      next = source.next();
    }
  } finally {
    void source.return?.(); // not awaited: it answers only when the source yields again
  }
}

function soundOr<T>(
  next: Promise<T>,
  { stalledMs, clock, waiting, controls }: VoiceFrameOptions,
): Promise<T | "stalled" | "control"> {
  return new Promise((resolve, reject) => {
    const stall = (): void => {
      resolve("stalled");
    };
    const cancel = waiting() ? clock.after(stalledMs, stall) : undefined;
    controls.next(() => {
      resolve("control");
    });
    next.then(resolve, reject).finally(cancel);
  });
}
