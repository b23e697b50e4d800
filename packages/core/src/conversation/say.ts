import { bytesFromPcm } from "../audio/bytes.ts";
import { type Pcm, speakerFormat } from "../audio/pcm.ts";
import { callHook, createTimingInfo, type TTSChunk } from "../observe/hooks.ts";
import { MetricNames } from "../observe/metrics.ts";
import { speak } from "../speaking/speak.ts";
import { reportFailure } from "./failure.ts";
import type { ReplyInput } from "./reply-input.ts";

const samplesPerMs = speakerFormat.sampleRate / 1000;

/** Speaks `lines` until they end, the caller interrupts, or the voice fails. */
export async function say(
  { context, options, voice, send, signal, stopwatch, ledger, onSound }: ReplyInput,
  lines: AsyncIterable<string>,
): Promise<{ readonly started: boolean }> {
  const { hooks, metrics, logger } = options;
  const { tts } = options.providers;
  let begun: number | undefined;
  let chunks = 0;
  let sentence = "";
  let announced = "";
  let sounded = false;
  const sentBefore = voice.sentMs();
  const progress = { started: false };
  try {
    const events = speak(lines, {
      tts,
      streaming: options.streamingTTS,
      patience: { ms: options.timeouts.ttsMs, signal },
      queuedMs: () => voice.queuedMs(),
    });
    for await (const event of events) {
      if (event.type === "words") {
        ledger.words(event.words);
        continue;
      }
      if (event.type === "sentence") {
        sentence = event.text;
        ledger.sentence(sentence);
        if (begun === undefined) await callHook(hooks.onTTSStart, logger, context, sentence);
        begun ??= Date.now();
        continue;
      }
      if (!progress.started) {
        progress.started = true;
        stopwatch.mark("ttsFirstByteMs");
        timeFirstFrame(sentBefore + 1, { voice, signal, stopwatch, onSound });
        send({ type: "tts-start", turnId: context.turnId });
      }
      if (sentence !== announced) {
        announced = sentence;
        announceSentence(sentence, sentBefore + ledger.totalMs, { context, voice, send, signal });
      }
      const soundMs = sounded ? -1 : event.pcm.findIndex(isAudible) / samplesPerMs;
      if (soundMs >= 0) {
        sounded = true;
        const at = sentBefore + ledger.totalMs + soundMs + 1;
        timeFirstSound(at, { voice, signal, stopwatch, onSound });
      }
      ledger.audio(event.pcm);
      if (hooks.onTTSChunk) {
        const chunk = ttsChunk(event.pcm, sentence);
        await callHook(hooks.onTTSChunk, logger, context, chunk, chunks++);
      }
      await voice.play(event.pcm, signal);
    }
    ledger.finish();
    if (begun !== undefined) {
      const timing = createTimingInfo(begun);
      metrics.timing(MetricNames.TTS_DURATION, timing.durationMs, { provider: tts.name });
      await callHook(hooks.onTTSEnd, logger, context, timing);
    }
    await voice.whenDrained(signal);
  } catch (error) {
    if (signal.aborted) voice.clear();
    else {
      await reportFailure(error, { context, options, send }, "tts");
      await voice.whenDrained(signal).catch(() => undefined); // interrupted: reply() handles it
    }
  }
  return progress;
}

type Timed = Pick<ReplyInput, "voice" | "signal" | "stopwatch" | "onSound">;

function timeFirstFrame(ms: number, { voice, signal, stopwatch, onSound }: Timed): void {
  voice.whenSent(ms, signal).then(() => {
    stopwatch.mark("firstFrameMs");
    onSound?.("sent", 0);
  }, notTimed);
}

function timeFirstSound(ms: number, { voice, signal, stopwatch, onSound }: Timed): void {
  voice.whenHeard(ms, signal).then((agoMs) => {
    stopwatch.mark("audibleMs", agoMs);
    onSound?.("heard", agoMs);
  }, notTimed);
}

/** Interrupted before, or the connection is gone. */
function notTimed(): void {
  // there is nothing to time
}

/** Louder than -40 dB of full scale. */
function isAudible(sample: number): boolean {
  return Math.abs(sample) > 328;
}

/** Tells the client which words sound, when their sound begins to play. */
function announceSentence(
  text: string,
  atMs: number,
  { context, voice, send, signal }: Pick<ReplyInput, "context" | "voice" | "send" | "signal">,
): void {
  voice.whenPlayed(atMs, signal).then(
    () => {
      send({ type: "tts-sentence", text, turnId: context.turnId });
    },
    () => undefined, // interrupted before these words
  );
}

function ttsChunk(pcm: Pcm, sentence: string): TTSChunk {
  const { sampleRate } = speakerFormat;
  return { type: "tts-chunk", audio: bytesFromPcm(pcm), format: "pcm", sampleRate, sentence };
}
