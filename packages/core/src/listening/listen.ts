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
import { Asking } from "./asking.ts";
import type { Heard } from "./heard.ts";
import { Surroundings } from "./surroundings.ts";
import type { TurnDetector } from "./turn-detector.ts";

export interface ListenOptions {
  readonly voice: VoiceStream;
  readonly turnDetector: TurnDetector;
  /** Tells the turn detector what was said up to the pause that runs. It may wait a little. */
  readonly words?: (signal: AbortSignal) => Promise<string | undefined>;
  /** Told at once what the turn detector says: speech ends after so much silence unless it resumes. */
  readonly onJudged?: (afterMs: number) => void;
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
  const { voice, rule = defaultSpeechRule, preSpeechMs = 300, logger = silentLogger } = options;
  const keepFrames = Math.ceil(preSpeechMs / voiceFrameMs) + rule.startFrames;
  const before: Pcm[] = [];
  const surroundings = new Surroundings();
  const asking = new Asking({
    detector: options.turnDetector,
    words: options.words ?? (async () => undefined),
    onJudged: options.onJudged,
    logger,
  });
  let speech = quiet;
  let sinceVoice = Number.POSITIVE_INFINITY; // frames since the last voice of the last utterance

  const step = function* (input: SpeechInput): Generator<Heard, void, undefined> {
    const was = speech;
    const next = nextSpeech(was, input, rule);
    speech = next.speech;
    if (next.change === "started") {
      asking.cameBack((sinceVoice - rule.startFrames) * voiceFrameMs);
      yield { type: "speech-started", agoMs: rule.startFrames * voiceFrameMs };
      for (const pcm of before.splice(0)) yield { type: "speech", pcm, voiceMs: 0 };
    }
    if (next.change === "noticed") yield { type: "voice-noticed" };
    if (next.change === "lost") yield { type: "voice-lost" };
    if (was.phase === "quiet") return;
    const silent = was.silent + (input.type === "frame" ? 1 : 0);
    const speechMs = (was.frames - was.silent) * voiceFrameMs;
    if (next.change === "paused") {
      yield { type: "speech-paused" };
      asking.ask({ speechMs, clarityDb: surroundings.clarityDb });
    }
    if (next.change === "resumed") {
      asking.wentOn(was.silent * voiceFrameMs);
      yield { type: "speech-resumed" };
    }
    if (next.change === "ended") {
      const { reason } = asking;
      asking.over();
      sinceVoice = silent;
      const silenceMs = silent * voiceFrameMs;
      yield { type: "speech-ended", speechMs, silenceMs, ...(reason !== undefined && { reason }) };
    }
  };
  /** The detector is told what everybody is told. */
  const told = function* (input: SpeechInput): Generator<Heard, void, undefined> {
    for (const heard of step(input)) {
      asking.hear(heard);
      yield heard;
    }
  };

  const speaking = (): boolean => speech.phase === "speaking";
  try {
    for await (const pcm of frames(microphone, options, speaking)) {
      const probability = await voice.probability(pcm).catch((error: unknown) => {
        logger.warn({ error }, "voice detector failed");
        return 0;
      });
      surroundings.hear(pcm, probability);
      sinceVoice += 1;
      if (speech.phase === "speaking") {
        const voiceMs = (speech.frames - speech.silent) * voiceFrameMs;
        const heard = { type: "speech", pcm, voiceMs } as const;
        asking.hear(heard);
        yield heard;
      } else {
        before.push(pcm);
        if (before.length > keepFrames) before.shift();
      }
      yield* told({ type: "frame", probability });
      const wait = asking.takeAnswer();
      if (wait !== undefined) yield* told({ type: "end-after", frames: wait });
      if (flushes.wanted) {
        flushes.wanted = false;
        yield* told({ type: "flush" });
      }
    }
    yield* told({ type: "flush" });
  } finally {
    asking.close();
  }
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
