import {
  AsyncQueue,
  type Clock,
  InterimWords,
  listen,
  type Pcm,
  type SpeechMark,
  type STTProvider,
  transcribe,
  type TurnDetector,
  type TurnListener,
  type VoiceDetector,
  voiceFrameSamples,
} from "@metered/llmrtc-core";

/** What became of a clip that was played to the server's ear. */
export interface ClipOutcome {
  /** Where turns ended, in milliseconds after the clip's last sample; negative inside the clip. */
  readonly endsMs: readonly number[];
  /** Whether the voice went on in the clip after a turn had ended. */
  readonly cutInside: boolean;
  /** How long each answer of the turn detector took. */
  readonly decisionsMs: readonly number[];
}

export interface Ears {
  readonly voiceDetector: VoiceDetector;
  readonly turnDetector: TurnDetector;
  /** Without one the turn detector gets no words. */
  readonly stt: STTProvider | undefined;
}

const leadSamples = 8_000;
const tailSamples = 40_000;
/** Time stands still while the detector thinks, so nothing ever stalls. */
const stoppedClock: Clock = { now: () => 0, after: () => () => undefined };

/**
 * Plays a clip, silence around it, to one caller's ear as a session has it: the same listening, voice
 * detection, streaming recognition and turn detection. Sound comes as fast as it is taken, but waits
 * for the turn detector, so that what it says does not depend on how fast this machine is.
 */
export async function hearClip(clip: Pcm, ears: Ears): Promise<ClipOutcome> {
  const held = hold(ears.turnDetector);
  const end = leadSamples + clip.length;
  let played = 0;
  const microphone = async function* (): AsyncGenerator<Pcm> {
    const sound = new Int16Array(end + tailSamples);
    sound.set(clip, leadSamples);
    for (; played < sound.length; played += voiceFrameSamples) {
      await held.answered();
      yield sound.subarray(played, played + voiceFrameSamples);
    }
  };
  const voice = ears.voiceDetector.open();
  let utterance: Understanding | undefined;
  const words = async (signal: AbortSignal) => utterance?.words.atPause(signal);
  const ear = listen(microphone(), {
    voice,
    turnDetector: held.detector,
    words,
    clock: stoppedClock,
  });
  const endsMs: number[] = [];
  let cutInside = false;
  for await (const heard of ear) {
    if (heard.type === "speech-started") {
      cutInside ||= endsMs.length > 0 && played < end;
      if (played < end || endsMs.length === 0) utterance = ears.stt && understand(ears.stt);
    }
    if (heard.type === "speech") utterance?.sound.push(heard.pcm);
    if (heard.type === "speech-paused") utterance?.sound.push("paused");
    if (heard.type === "speech-resumed") utterance?.sound.push("resumed");
    if (heard.type === "speech-ended") {
      endsMs.push((played + voiceFrameSamples - end) / 16);
      await utterance?.stop();
      utterance = undefined;
    }
  }
  voice.close();
  return { endsMs, cutInside, decisionsMs: held.decisionsMs };
}

interface Understanding {
  readonly sound: AsyncQueue<Pcm | SpeechMark>;
  readonly words: InterimWords;
  stop(): Promise<void>;
}

function understand(stt: STTProvider): Understanding {
  const sound = new AsyncQueue<Pcm | SpeechMark>();
  const words = new InterimWords(stt, { clock: stoppedClock });
  const hangUp = new AbortController();
  const text = transcribe(sound, {
    stt,
    timeoutMs: 60_000,
    signal: hangUp.signal,
    onInterim: (interim, atPause) => {
      words.hear(interim, atPause);
    },
  });
  return {
    sound,
    words,
    async stop() {
      sound.end();
      await text;
    },
  };
}

/** A detector whose questions can be waited for. */
function hold(detector: TurnDetector) {
  const decisionsMs: number[] = [];
  let thinking: Promise<unknown> = Promise.resolve();
  const open = (): TurnListener => {
    const listener: TurnListener = "open" in detector ? detector.open() : detector;
    return {
      hear: (heard) => listener.hear?.(heard),
      close: () => listener.close?.(),
      async endOfTurnAfterMs(pause) {
        const began = performance.now();
        const answer = Promise.resolve(listener.endOfTurnAfterMs(pause));
        thinking = answer.catch(() => undefined);
        const silenceMs = await answer;
        decisionsMs.push(performance.now() - began);
        return silenceMs;
      },
    };
  };
  return {
    detector: { name: detector.name, open },
    decisionsMs,
    /** After one more turn of the event loop the ear has taken the answer. */
    async answered(): Promise<void> {
      await thinking;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
