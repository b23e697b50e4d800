import { bytesFromPcm } from "../audio/bytes.ts";
import { type Pcm, durationMs, speakerFormat } from "../audio/pcm.ts";
import { LLMRTCError } from "../errors.ts";
import { callHook, createTimingInfo, type TTSChunk, type TurnContext } from "../observe/hooks.ts";
import { MetricNames } from "../observe/metrics.ts";
import type { ServerMessage } from "../protocol/server-messages.ts";
import type { LLMChunk, LLMRequest, Message, VisionAttachment } from "../providers/llm.ts";
import { AsyncQueue } from "../queue.ts";
import { SpokenLedger } from "../speaking/ledger.ts";
import { SentenceSplitter } from "../speaking/sentences.ts";
import { speak } from "../speaking/speak.ts";
import { speakable } from "../speaking/speakable.ts";
import type { History } from "./history.ts";
import { patiently, patientlyEach } from "./patience.ts";
import { reportFailure } from "./failure.ts";
import type { TurnOptions } from "./turn-options.ts";

/** Where the agent's voice goes. */
export interface VoiceOutput {
  /** Takes 24 kHz mono sound; resolves when there is room for more. */
  play(pcm: Pcm, signal: AbortSignal): Promise<void>;
  /** Sound taken and not played yet. */
  queuedMs(): number;
  /** Sound played since the call began. */
  playedMs(): number;
  /** Resolves when that much has been played. */
  whenPlayed(ms: number, signal: AbortSignal): Promise<void>;
  /** Resolves when all sound has been played. */
  whenDrained(signal: AbortSignal): Promise<void>;
  /** Silences the agent at once and drops what waits. */
  clear(): void;
}

export interface ReplyInput {
  readonly context: TurnContext;
  /** What the caller said or typed; never empty. */
  readonly text: string;
  readonly attachments: readonly VisionAttachment[];
  readonly history: History;
  readonly options: TurnOptions;
  readonly voice: VoiceOutput;
  readonly send: (message: ServerMessage) => void;
  /** Aborting it is the interruption: the voice falls silent, history keeps what was heard. */
  readonly signal: AbortSignal;
}

/**
 * One turn from words to a spoken reply. Text goes out as the model writes it and is never held back
 * by speech; a failing provider costs its own error message and leaves the history in order.
 *
 * Never rejects but for faults of our own.
 */
export async function reply(input: ReplyInput): Promise<void> {
  const { history, voice, send, signal, options } = input;
  const { turnId } = input.context;
  history.add(await userMessage(input));
  const request: LLMRequest = { messages: history.forRequest(), config: options.llm };

  const ledger = new SpokenLedger();
  const lines = new AsyncQueue<string>();
  const playedBefore = voice.playedMs();
  const veto = new AbortController();
  const speaking = AbortSignal.any([signal, veto.signal]);
  const [text, speech] = await Promise.all([
    write(input, request, lines).catch((error: unknown) => {
      veto.abort(error);
      return "";
    }),
    say({ ...input, signal: speaking }, lines, ledger),
  ]);
  if (signal.aborted) {
    const heard = ledger.heard(voice.playedMs() - playedBefore);
    if (heard) history.add({ role: "assistant", content: heard });
  } else if (text) {
    history.add({ role: "assistant", content: text });
  }
  if (speech.started) {
    if (speaking.aborted) {
      voice.clear();
      send({ type: "tts-cancelled", turnId });
    } else send({ type: "tts-complete", turnId });
  }
}

async function userMessage({ text, attachments, options, signal }: ReplyInput): Promise<Message> {
  const { vision } = options.providers;
  if (attachments.length === 0) return { role: "user", content: text };
  if (!vision) return { role: "user", content: text, attachments };
  const patience = {
    kind: "LLM",
    provider: vision.name,
    ms: options.timeouts.llmMs,
    signal,
  } as const;
  try {
    const { content } = await patiently(patience, (limited) =>
      vision.describe({ prompt: text, attachments }, { signal: limited }),
    );
    return { role: "user", content: `${text}\n\n[What the caller shows: ${content}]` };
  } catch (error) {
    options.logger.warn({ error, provider: vision.name }, "the picture could not be described");
    return { role: "user", content: text };
  }
}

/**
 * Reads the model's reply: chunks to the client, sentences to `lines`, which it always ends.
 *
 * @returns the text so far, also after a failure or an interruption
 * @throws what `onLLMEnd` throws: the reply is not to be given
 */
async function write(
  { context, options, send, signal }: ReplyInput,
  request: LLMRequest,
  lines: AsyncQueue<string>,
): Promise<string> {
  const { hooks, metrics, logger } = options;
  const { llm } = options.providers;
  const { turnId } = context;
  const started = Date.now();
  const splitter = new SentenceSplitter({ chunker: options.sentenceChunker });
  const push = (sentences: readonly string[]): void => {
    for (const sentence of sentences) {
      const words = speakable(sentence, { hints: true });
      if (words) lines.push(words);
    }
  };
  let text = "";
  let chunks = 0;
  await callHook(hooks.onLLMStart, logger, context, request);
  try {
    for await (const chunk of chunksOf(request, options, signal)) {
      if (chunk.content) {
        if (text === "") {
          metrics.timing(MetricNames.LLM_TTFT, Date.now() - started, { provider: llm.name });
        }
        text += chunk.content;
        send({ type: "llm-chunk", content: chunk.content, done: false, turnId });
        push(splitter.push(chunk.content));
      }
      if (hooks.onLLMChunk) await callHook(hooks.onLLMChunk, logger, context, chunk, chunks++);
    }
    send({ type: "llm-chunk", content: "", done: true, turnId });
    push(splitter.flush());
    const timing = createTimingInfo(started);
    metrics.timing(MetricNames.LLM_DURATION, timing.durationMs, { provider: llm.name });
    await hooks.onLLMEnd?.(context, { fullText: text }, timing);
    if (text) send({ type: "llm", text, turnId });
    return text;
  } catch (error) {
    if (signal.aborted) return text;
    if (!(error instanceof LLMRTCError)) throw error; // the hook's veto
    push(splitter.flush());
    if (text) send({ type: "llm", text, turnId });
    await reportFailure(error, { context, options, send }, "llm");
    return text;
  } finally {
    lines.end();
  }
}

/** The model's reply in pieces, whether it can stream or not. */
async function* chunksOf(
  request: LLMRequest,
  { providers: { llm }, timeouts }: TurnOptions,
  signal: AbortSignal,
): AsyncGenerator<LLMChunk, void, undefined> {
  const patience = { kind: "LLM", provider: llm.name, ms: timeouts.llmMs, signal } as const;
  if (llm.stream) {
    yield* patientlyEach(patience, (limited) => llm.stream?.(request, { signal: limited }));
    return;
  }
  const { fullText } = await patiently(patience, (limited) => {
    return llm.complete(request, { signal: limited });
  });
  yield { content: fullText, done: true };
}

/** Speaks `lines` until they end, the caller interrupts, or the voice fails. */
async function say(
  { context, options, voice, send, signal }: ReplyInput,
  lines: AsyncIterable<string>,
  ledger: SpokenLedger,
): Promise<{ readonly started: boolean }> {
  const { hooks, metrics, logger } = options;
  const { tts } = options.providers;
  let begun: number | undefined;
  let chunks = 0;
  let sentence = "";
  let announced = "";
  const playedBefore = voice.playedMs();
  const progress = { started: false };
  try {
    const events = speak(lines, {
      tts,
      streaming: options.streamingTTS,
      patience: { ms: options.timeouts.ttsMs, signal },
      queuedMs: () => voice.queuedMs(),
    });
    for await (const event of events) {
      if (event.type === "sentence") {
        sentence = event.text;
        ledger.sentence(sentence);
        if (begun === undefined) await callHook(hooks.onTTSStart, logger, context, sentence);
        begun ??= Date.now();
        continue;
      }
      if (!progress.started) {
        progress.started = true;
        send({ type: "tts-start", turnId: context.turnId });
      }
      if (sentence !== announced) {
        announced = sentence;
        announceSentence(sentence, playedBefore + ledger.totalMs, { context, voice, send, signal });
      }
      ledger.audio(durationMs(event.pcm, speakerFormat));
      if (hooks.onTTSChunk) {
        const chunk = ttsChunk(event.pcm, sentence);
        await callHook(hooks.onTTSChunk, logger, context, chunk, chunks++);
      }
      await voice.play(event.pcm, signal);
    }
    ledger.end();
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
