import type { RuntimeOptions, Step } from "@metered/llmrtc-onnx";
import type { AcousticModel } from "./acoustic.ts";
import { sampleRate } from "./frames.ts";
import { toPcmBytes } from "./loudness.ts";
import { pieces } from "./pieces.ts";
import { speechRange } from "./silence.ts";
import type { TextFrontEnd } from "./text/front-end.ts";
import type { Lexicon } from "./text/hints.ts";
import { vocode } from "./vocoder.ts";

/** What the worker is started with. */
export interface VoiceSetup extends RuntimeOptions {
  readonly lexicon?: Lexicon | undefined;
}

/** What the worker is asked to say. */
export interface SpeechInput {
  readonly text: string;
  /** 1 is the voice's own pace. */
  readonly speed: number;
  /** The listener still hears what came before; see `queueDueInMs`. */
  readonly continues: boolean;
}

export interface SpeechParts {
  readonly frontEnd: TextFrontEnd;
  readonly acoustic: AcousticModel;
  /** Milliseconds, on the scale of `dueAt`. */
  readonly now: () => number;
}

/**
 * A speaker with less than this left to play goes before one that has not begun: a gap in the middle
 * of a sentence is worse than a start that comes a little later. It covers the net runs that may come
 * in between, which nobody can interrupt: ten speakers who begin together with long sentences on wasm
 * need 1.5 s, and filling it up costs a newcomer 10 ms per speaker at most.
 */
const cushionMs = 1500;

/**
 * Where in the queue a text goes whose first sample is needed in `dueInMs`: one that continues what is
 * being heard is due a cushion earlier, like the runs of a text under way.
 */
export function queueDueInMs({
  dueInMs,
  continues,
}: {
  dueInMs: number;
  continues: boolean;
}): number {
  return continues ? dueInMs - cushionMs : dueInMs;
}

/**
 * Says one text, in runs of at most 200 ms. After each run its deadline moves towards when the
 * listener will have heard all that was made, so that of many speakers the one closest to silence
 * goes on.
 *
 * @param dueAt its place in the queue, from `queueDueInMs`
 */
export async function* speechJob(
  { frontEnd, acoustic, now }: SpeechParts,
  { text, speed, continues }: SpeechInput,
  { dueAt }: { readonly dueAt: number },
): AsyncGenerator<Step<Uint8Array<ArrayBuffer>>, void> {
  let heardUntil = continues ? dueAt + cushionMs : dueAt;
  let seed = 0;
  for await (const piece of pieces(frontEnd, text)) {
    yield {};
    const frames = await acoustic.frames(piece.ids, speed);
    const range = speechRange(frames, piece.pauseMs);
    for (const samples of vocode(frames, { range, seed: seed++ })) {
      const result = toPcmBytes(samples);
      // What comes late, or after the reader had stopped, is heard from now on.
      heardUntil = Math.max(heardUntil, now()) + (samples.length * 1000) / sampleRate;
      yield { result, transfer: [result.buffer], dueAt: heardUntil - cushionMs };
    }
  }
}
