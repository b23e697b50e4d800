import { LLMRTCError } from "../errors.ts";
import { callHook, createTimingInfo } from "../observe/hooks.ts";
import { MetricNames } from "../observe/metrics.ts";
import type { LLMChunk, LLMRequest, Message } from "../providers/llm.ts";
import { AsyncQueue } from "../queue.ts";
import { SpokenLedger } from "../speaking/ledger.ts";
import { SentenceSplitter } from "../speaking/sentences.ts";
import { speakable } from "../speaking/speakable.ts";
import type { ReplyInput } from "./reply-input.ts";
import { say } from "./say.ts";
import { patiently, patientlyEach } from "./patience.ts";
import { reportFailure } from "./failure.ts";
import type { TurnOptions } from "./turn-options.ts";

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
  const sentBefore = voice.sentMs();
  const veto = new AbortController();
  const speaking = AbortSignal.any([signal, veto.signal]);
  const [text, speech] = await Promise.all([
    write(input, request, lines).catch((error: unknown) => {
      veto.abort(error);
      return "";
    }),
    say({ ...input, signal: speaking }, lines, ledger),
  ]);
  const cut = speaking.aborted;
  if (cut && speech.started) {
    voice.clear();
    send({ type: "tts-cancelled", turnId });
  }
  const sound = await voice.heard(sentBefore);
  const heardMs = sound.heardMs - sentBefore;
  if (!signal.aborted || !cut) {
    if (text) history.add({ role: "assistant", content: text });
  } else {
    const heard = speech.started ? ledger.heard(heardMs) : "";
    if (heard) history.add({ role: "assistant", content: heard, interrupted: true });
  }
  if (speech.started && !cut) send({ type: "tts-complete", turnId });
  input.stopwatch.replied({
    spokenMs: sound.sentMs - sentBefore,
    heardMs,
    attested: sound.attested,
    interrupted: cut && signal.aborted,
  });
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
  { context, options, send, signal, stopwatch }: ReplyInput,
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
      if (!words) continue;
      stopwatch.mark("firstSentenceMs");
      lines.push(words);
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
        stopwatch.mark("llmFirstTokenMs");
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
