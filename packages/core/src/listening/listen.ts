import type { Pcm } from "../audio/pcm.ts";
import { type Clock, systemClock } from "../clock.ts";
import { type Logger, silentLogger } from "../logger.ts";
import { voiceFrameMs, type VoiceStream } from "../providers/vad.ts";
import {
  defaultSpeechRule,
  nextSpeech,
  quiet,
  type SpeechInput,
  type SpeechRule,
} from "./speech.ts";
import { Asking } from "./asking.ts";
import { Controls } from "./controls.ts";
import type { Heard } from "./heard.ts";
import { Surroundings } from "./surroundings.ts";
import type { TurnDetector } from "./turn-detector.ts";
import { voiceFrames } from "./voice-frames.ts";

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
  /** Sound said before `flush` that comes after it: it takes a little longer than a message. Default 100. */
  readonly onTheWayMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** A microphone that knows how much of its sound has not been read yet. */
export interface Microphone extends AsyncIterable<Pcm> {
  readonly unreadMs?: number;
}

export interface Ear extends AsyncIterable<Heard> {
  /**
   * Speech begins only by `press`, and ends only by `flush` or `cancel`, whatever the detectors say.
   * Changing it ends the utterance that runs.
   */
  manual: boolean;
  /** The caller presses the button: his utterance begins, or what he is saying lasts until `flush`. */
  press(): void;
  /** Ends the utterance that runs, if any, as if the caller had paused long enough. */
  flush(): void;
  /** The utterance that runs, if any, is taken back. */
  cancel(): void;
}

/**
 * Pipeline stage: the caller's microphone in, utterances out. Leaving the loop stops the microphone.
 * A detector that fails makes its frame count as silence.
 */
export function listen(microphone: Microphone, options: ListenOptions): Ear {
  const controls = new Controls();
  return {
    get manual() {
      return controls.manual;
    },
    set manual(manual) {
      if (controls.manual === manual) return;
      controls.manual = manual;
      controls.push("finish");
    },
    press: () => {
      controls.push("press");
    },
    flush: () => {
      controls.push("finish");
    },
    cancel: () => {
      controls.push("cancel");
    },
    [Symbol.asyncIterator]: () => hear(microphone, options, controls),
  };
}

async function* hear(
  microphone: Microphone,
  options: ListenOptions,
  controls: Controls,
): AsyncGenerator<Heard, void, undefined> {
  const { voice, rule = defaultSpeechRule, preSpeechMs = 300, logger = silentLogger } = options;
  const { stalledMs = 200, onTheWayMs = 100, clock = systemClock } = options;
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
      const pressed = input.type === "press";
      const agoMs = pressed ? 0 : rule.startFrames * voiceFrameMs;
      yield { type: "speech-started", agoMs, ...(pressed && { pressed }) };
      for (const pcm of before.splice(0)) yield { type: "speech", pcm, voiceMs: 0 };
    }
    if (next.change === "noticed") yield { type: "voice-noticed" };
    if (next.change === "lost") yield { type: "voice-lost" };
    if (was.phase === "quiet") return;
    const voiced = input.type === "frame" && input.probability >= rule.keepProbability;
    const silent = voiced ? 0 : was.silent + (input.type === "frame" ? 1 : 0);
    const speechMs = (was.frames - was.silent) * voiceFrameMs;
    const manual = was.pressed !== undefined || was.left !== undefined;
    if (next.change === "paused") {
      yield { type: "speech-paused" };
      if (!manual) asking.ask({ speechMs, clarityDb: surroundings.clarityDb });
    }
    if (next.change === "resumed") {
      asking.wentOn(was.silent * voiceFrameMs);
      yield { type: "speech-resumed" };
    }
    if (next.change === "ended" || next.change === "cancelled") {
      const reason = manual ? "manual" : asking.reason;
      asking.over();
      sinceVoice = silent;
      yield {
        type: "speech-ended",
        speechMs,
        silenceMs: silent * voiceFrameMs,
        ...(reason !== undefined && { reason }),
        ...(next.change === "cancelled" && { cancelled: true }),
      };
      if (was.pressed && was.left === undefined && input.type === "frame")
        yield* step({ type: "press" }); // too long for one utterance, and the button is still down
    }
  };
  /** The detector is told what everybody is told. */
  const told = function* (input: SpeechInput): Generator<Heard, void, undefined> {
    for (const heard of step(input)) {
      asking.hear(heard);
      yield heard;
    }
  };
  const onTheWay = (): number =>
    Math.ceil((onTheWayMs + (microphone.unreadMs ?? 0)) / voiceFrameMs);

  const waiting = (): boolean => speech.phase === "speaking" || speech.noticed > 0;
  try {
    for await (const pcm of voiceFrames(microphone, { stalledMs, clock, waiting, controls })) {
      for (const control of controls.take()) {
        const frames = onTheWay();
        yield* told(control === "finish" ? { type: control, frames } : { type: control });
      }
      if (!pcm) continue;
      const heard = await voice.probability(pcm).catch((error: unknown) => {
        logger.warn({ error }, "voice detector failed");
        return speech.phase === "speaking" && speech.pressed ? rule.faintProbability : 0;
      });
      const probability = controls.manual && speech.phase === "quiet" ? 0 : heard;
      surroundings.hear(pcm, heard);
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
    }
    yield* told({ type: "flush" });
  } finally {
    asking.close();
  }
}
