import type { Pcm } from "../audio/pcm.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type Logger, silentLogger } from "../logger.ts";
import { voiceFrameMs, voiceFrameSamples, type VoiceStream } from "../providers/vad.ts";
import {
  defaultSpeechRule,
  nextSpeech,
  quiet,
  type SpeechInput,
  type SpeechRule,
} from "./speech.ts";
import { fallbackSilenceMs, type TurnDetector } from "./turn-detector.ts";

/** What the ear reports, in order: speech-started, any number of speech, speech-ended. */
export type Heard =
  | { readonly type: "speech-started" }
  /** Sound of the utterance, 16 kHz mono. The first one begins up to `preSpeechMs` before the voice. */
  | { readonly type: "speech"; readonly pcm: Pcm }
  | {
      readonly type: "speech-ended";
      /** From the start of speech to its last voiced frame. */
      readonly speechMs: number;
      /** Silence that was waited for, from the last voiced frame to now. */
      readonly silenceMs: number;
    };

export interface ListenOptions {
  readonly voice: VoiceStream;
  readonly turnDetector: TurnDetector;
  readonly rule?: SpeechRule;
  /** Sound kept from before the voice starts, so that its first consonant is not lost. Default 300. */
  readonly preSpeechMs?: number;
  /**
   * A microphone that sends nothing for this long is silent (muted, unplugged, discontinuous
   * transmission), so that an utterance always ends. Default 200.
   */
  readonly stalledMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Ends the utterance that runs, if any, as if the caller had paused long enough. */
export interface Ear extends AsyncIterable<Heard> {
  flush(): void;
}

/**
 * Pipeline stage: the caller's microphone in, utterances out. Leaving the loop stops the microphone.
 * A detector that fails makes its frame count as silence.
 */
export function listen(microphone: AsyncIterable<Pcm>, options: ListenOptions): Ear {
  const flushes = { wanted: false };
  return {
    flush: () => void (flushes.wanted = true),
    [Symbol.asyncIterator]: () => hear(microphone, options, flushes),
  };
}

async function* hear(
  microphone: AsyncIterable<Pcm>,
  options: ListenOptions,
  flushes: { wanted: boolean },
): AsyncGenerator<Heard, void, undefined> {
  const { voice, turnDetector, rule = defaultSpeechRule, preSpeechMs = 300 } = options;
  const { logger = silentLogger } = options;
  const keepFrames = Math.ceil(preSpeechMs / voiceFrameMs) + rule.startFrames;
  const before: Pcm[] = [];
  let speech = quiet;
  let answer: number | undefined; // of the turn detector, not yet taken by the machine
  let pauses = 0;

  const ask = async (speechMs: number): Promise<void> => {
    const pause = ++pauses;
    let silenceMs = fallbackSilenceMs;
    try {
      silenceMs = await turnDetector.endOfTurnAfterMs({ speechMs });
    } catch (error) {
      logger.warn({ error, detector: turnDetector.name }, "turn detector failed");
    }
    if (pause === pauses) answer = Math.max(1, Math.ceil(silenceMs / voiceFrameMs));
  };

  const step = function* (input: SpeechInput): Generator<Heard, void, undefined> {
    const was = speech;
    const next = nextSpeech(was, input, rule);
    speech = next.speech;
    if (next.change === "started") {
      yield { type: "speech-started" };
      for (const pcm of before.splice(0)) yield { type: "speech", pcm };
    }
    if (next.change === "resumed") {
      pauses++;
      answer = undefined;
    }
    if (next.change === "paused" && was.phase === "speaking") void ask(was.frames * voiceFrameMs);
    if (next.change === "ended" && was.phase === "speaking") {
      pauses++;
      answer = undefined;
      const silent = was.silent + (input.type === "frame" ? 1 : 0);
      yield {
        type: "speech-ended",
        speechMs: (was.frames - was.silent) * voiceFrameMs,
        silenceMs: silent * voiceFrameMs,
      };
    }
  };

  const speaking = (): boolean => speech.phase === "speaking";
  for await (const pcm of frames(microphone, options, speaking)) {
    const probability = await voice.probability(pcm).catch((error: unknown) => {
      logger.warn({ error }, "voice detector failed");
      return 0;
    });
    if (speech.phase === "speaking") yield { type: "speech", pcm };
    else {
      before.push(pcm);
      if (before.length > keepFrames) before.shift();
    }
    yield* step({ type: "frame", probability });
    if (answer !== undefined) {
      const frames = answer;
      answer = undefined;
      yield* step({ type: "end-after", frames });
    }
    if (flushes.wanted) {
      flushes.wanted = false;
      yield* step({ type: "flush" });
    }
  }
  yield* step({ type: "flush" });
}

/** Cuts the microphone into detector frames, and puts silence where it stalls during speech. */
async function* frames(
  microphone: AsyncIterable<Pcm>,
  { stalledMs = 200, clock = systemClock }: ListenOptions,
  speaking: () => boolean,
): AsyncGenerator<Pcm, void, undefined> {
  const source = microphone[Symbol.asyncIterator]();
  let frame = new Int16Array(voiceFrameSamples);
  let filled = 0;
  try {
    let next = source.next();
    for (;;) {
      const got = speaking() ? await nextOrStall(next, stalledMs, clock) : await next;
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

function nextOrStall<T>(next: Promise<T>, ms: number, clock: Clock): Promise<T | "stalled"> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      resolve("stalled");
    });
    next.then(resolve, reject).finally(cancel);
  });
}
