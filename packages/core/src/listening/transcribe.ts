import { type Pcm, microphoneFormat } from "../audio/pcm.ts";
import { bytesFromPcm } from "../audio/bytes.ts";
import { Resampler } from "../audio/resample.ts";
import { joined } from "../audio/samples.ts";
import { encodeWav } from "../audio/wav.ts";
import type { Clock } from "../clock.ts";
import { type Patience, patiently } from "../conversation/patience.ts";
import { type Logger, silentLogger } from "../logger.ts";
import type { STTConfig, STTProvider, STTResult } from "../providers/stt.ts";
import { AsyncQueue } from "../queue.ts";
import { TranscribeAtPauses } from "./transcribe-at-pauses.ts";

/** A word about the sound that follows: the caller fell silent, or went on after that. */
export type SpeechMark = "paused" | "resumed";

export interface TranscribeOptions {
  readonly stt: STTProvider;
  readonly config?: STTConfig;
  /**
   * Feed a provider that can stream while the caller still speaks, and ask one that cannot at each
   * pause. Default true.
   */
  readonly streaming?: boolean;
  /** Limit on the wait for the final text, from the end of the sound. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /**
   * What was understood so far; each replaces the one before.
   *
   * @param atPause it holds all that was said up to the pause that was marked last
   */
  readonly onInterim?: (text: string, atPause: boolean) => void;
  /** Called and awaited once, when the sound has ended, before the final text is asked for. */
  readonly onSound?: (wav: Uint8Array) => void | Promise<void>;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/**
 * One utterance to text. Its sound is kept until the end: when streaming breaks, the whole of it is
 * transcribed at once, so nothing said is lost. When it ends in a marked pause, what the provider
 * understood at that pause is the final text; one that cannot stream is asked there too.
 *
 * @param sound 16 kHz mono, and marks; the utterance is over when it ends
 * @returns empty text when nothing was said
 * @throws {ProviderError} `STT_ERROR` or `STT_TIMEOUT`
 */
export async function transcribe(
  sound: AsyncIterable<Pcm | SpeechMark>,
  options: TranscribeOptions,
): Promise<STTResult> {
  const { stt, config, streaming = true, signal, clock, logger = silentLogger } = options;
  const patience: Patience = {
    kind: "STT",
    provider: stt.name,
    ms: options.timeoutMs,
    signal,
    ...(clock && { clock }),
  };
  const live = streaming
    ? stt.transcribeStream
      ? openLive(options)
      : new TranscribeAtPauses(options)
    : undefined;
  const heard: Pcm[] = [];
  try {
    for await (const part of sound) {
      if (part === "paused") live?.pause();
      else if (part === "resumed") live?.resume();
      else {
        heard.push(part);
        live?.push(part);
      }
    }
    signal.throwIfAborted();
    const wav = encodeWav(joined(heard), microphoneFormat);
    await options.onSound?.(wav);
    return await patiently(patience, async (limited) => {
      const streamed = await live?.finish();
      if (streamed && "text" in streamed) return streamed;
      if (streamed)
        logger.warn({ error: streamed.error, provider: stt.name }, "streaming STT failed");
      limited.throwIfAborted();
      return stt.transcribe(wav, config, { signal: limited });
    });
  } finally {
    live?.stop();
  }
}

type Streamed = STTResult | { readonly error: unknown };

/** A streaming transcription under way. It never throws: what went wrong comes out of `finish`. */
function openLive({ stt, config, signal, onInterim }: TranscribeOptions) {
  const rate = stt.streamingInputSampleRate ?? microphoneFormat.sampleRate;
  const resampler =
    rate === microphoneFormat.sampleRate
      ? undefined
      : new Resampler(microphoneFormat.sampleRate, rate);
  const bytes = new AsyncQueue<Uint8Array>();
  const stopped = new AbortController();
  let pause: PauseAnswer | undefined;

  const read = async (): Promise<Streamed> => {
    const finals: string[] = [];
    let interim = "";
    try {
      const results = stt.transcribeStream?.(
        bytes,
        { ...config, interimResults: onInterim !== undefined },
        { signal: AbortSignal.any([signal, stopped.signal]) },
      );
      for await (const result of results ?? []) {
        interim = result.isFinal ? "" : result.text;
        if (result.isFinal && result.text.trim()) finals.push(result.text.trim());
        if (result.isFinal) continue;
        const text = [...finals, interim].join(" ").trim();
        onInterim?.(text, result.atPause === true);
        if (result.atPause) pause?.resolve({ ...result, text });
      }
    } catch (error) {
      return { error };
    }
    const text = [...finals, interim.trim()].filter(Boolean).join(" ");
    return { text, isFinal: true };
  };
  const result = read();

  return {
    push(pcm: Pcm): void {
      const out = resampler ? resampler.process(pcm) : pcm;
      if (out.length > 0) bytes.push(bytesFromPcm(out));
    },
    pause(): void {
      if (!stt.marksPauses) return;
      pause = new PauseAnswer();
      bytes.push(new Uint8Array(0));
    },
    resume(): void {
      pause = undefined;
    },
    async finish(): Promise<Streamed> {
      // Nothing but silence came after the pause, so its words stand.
      const standing = pause && (await Promise.race([pause.answer, result]));
      if (standing && !("error" in standing) && standing.text) {
        const { text, confidence } = standing;
        return { text, isFinal: true, ...(confidence !== undefined && { confidence }) };
      }
      bytes.end();
      return result;
    },
    stop(): void {
      stopped.abort(); // before the end of the sound, which would ask for a final text
      bytes.end();
    },
  };
}

/** What the provider will have understood at the pause that was marked last. */
class PauseAnswer {
  #resolve: (result: STTResult) => void = () => undefined;
  readonly answer = new Promise<STTResult>((resolve) => (this.#resolve = resolve));

  resolve(result: STTResult): void {
    this.#resolve(result);
  }
}
