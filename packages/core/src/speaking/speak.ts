import { PcmReader } from "../audio/bytes.ts";
import { type Pcm, speakerFormat } from "../audio/pcm.ts";
import { Resampler } from "../audio/resample.ts";
import { decodeWav } from "../audio/wav.ts";
import { toMono } from "../audio/mix.ts";
import { type Patience, patiently, patientlyEach } from "../conversation/patience.ts";
import type { SpokenWord } from "./word-times.ts";
import { ProviderError } from "../errors.ts";
import { withoutHints } from "./hints.ts";
import type { TTSConfig, TTSProvider, TTSResult } from "../providers/tts.ts";

export type SpeechEvent =
  | { readonly type: "sentence"; readonly text: string }
  /** The voice says when words of the sentence have been said. */
  | { readonly type: "words"; readonly words: readonly SpokenWord[] }
  /** 24 kHz mono, never empty. */
  | { readonly type: "audio"; readonly pcm: Pcm };

export interface SpeakOptions {
  readonly tts: TTSProvider;
  readonly config?: TTSConfig;
  /** Use `speakStream` where the provider has it. Default true. */
  readonly streaming?: boolean;
  /** Limit on the wait for the first and for each further run of samples. */
  readonly patience: Omit<Patience, "kind" | "provider">;
  /** How much sound still waits to be played: tells the provider how urgent the next one is. */
  readonly queuedMs?: () => number;
}

/**
 * Pipeline stage: sentences in, captions and sound out, in speaking order. Hints to pronunciation,
 * `[word](/phonemes/)`, reach only a voice that says that it reads them.
 *
 * Pull-driven: a sentence is synthesised when the reader asks for more, so a reader that keeps a few
 * seconds ahead of playout has sentence n+1 made while n plays. Leaving the loop stops the provider.
 *
 * @throws {ProviderError} `TTS_ERROR` or `TTS_TIMEOUT`
 */
export async function* speak(
  sentences: AsyncIterable<string>,
  options: SpeakOptions,
): AsyncGenerator<SpeechEvent, void, undefined> {
  const { tts, queuedMs } = options;
  for await (const sentence of sentences) {
    options.patience.signal.throwIfAborted();
    const caption = withoutHints(sentence);
    yield { type: "sentence", text: caption };
    const text = tts.pronunciationHints === true ? sentence : caption;
    const words: SpokenWord[] = [];
    const config: TTSConfig = {
      ...options.config,
      dueInMs: queuedMs?.() ?? 0,
      onWords: (more) => void words.push(...more),
    };
    const patience: Patience = { ...options.patience, kind: "TTS", provider: tts.name };
    for await (const pcm of sound(text, config, patience, options)) {
      if (words.length > 0) yield { type: "words", words: words.splice(0) };
      if (pcm.length > 0) yield { type: "audio", pcm };
    }
    if (words.length > 0) yield { type: "words", words };
  }
}

function sound(
  text: string,
  config: TTSConfig,
  patience: Patience,
  { tts, streaming = true }: SpeakOptions,
): AsyncIterable<Pcm> {
  return streaming && tts.speakStream
    ? streamed(text, { ...config, format: "pcm" }, patience, tts)
    : whole(text, { ...config, format: "pcm" }, patience, tts);
}

async function* streamed(
  text: string,
  config: TTSConfig,
  patience: Patience,
  tts: TTSProvider,
): AsyncGenerator<Pcm, void, undefined> {
  const reader = new PcmReader();
  const toSpeaker = speakerRate(tts.pcmSampleRate);
  const runs = patientlyEach(patience, (signal) => tts.speakStream?.(text, config, { signal }));
  for await (const bytes of runs) yield toSpeaker.process(reader.push(bytes));
  yield toSpeaker.flush();
}

async function* whole(
  text: string,
  config: TTSConfig,
  patience: Patience,
  tts: TTSProvider,
): AsyncGenerator<Pcm, void, undefined> {
  const result = await patiently(patience, (signal) => tts.speak(text, config, { signal }));
  const { pcm, sampleRate } = samplesOf(result, tts);
  const toSpeaker = speakerRate(sampleRate);
  yield toSpeaker.process(pcm);
  yield toSpeaker.flush();
}

function samplesOf(result: TTSResult, tts: TTSProvider): { pcm: Pcm; sampleRate: number } {
  if (result.format === "pcm") {
    const sampleRate = tts.pcmSampleRate ?? speakerFormat.sampleRate;
    return { pcm: new PcmReader().push(result.audio), sampleRate };
  }
  if (result.format === "wav") {
    const { pcm, format } = decodeWav(result.audio);
    return { pcm: toMono(pcm, format.channels), sampleRate: format.sampleRate };
  }
  const detail = `gave ${result.format}, which this server cannot play; it asks for pcm`;
  throw new ProviderError("TTS_ERROR", tts.name, detail);
}

/** Brings a provider's rate to the speaker's. */
function speakerRate(from: number = speakerFormat.sampleRate) {
  const same = { process: (pcm: Pcm) => pcm, flush: () => new Int16Array(0) };
  return from === speakerFormat.sampleRate ? same : new Resampler(from, speakerFormat.sampleRate);
}
