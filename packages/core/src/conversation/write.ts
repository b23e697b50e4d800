import { LLMRTCError } from "../errors.ts";
import { callHook, createTimingInfo } from "../observe/hooks.ts";
import { MetricNames } from "../observe/metrics.ts";
import type { LLMChunk, LLMRequest } from "../providers/llm.ts";
import type { AsyncQueue } from "../queue.ts";
import { SentenceSplitter } from "../speaking/sentences.ts";
import { speakable } from "../speaking/speakable.ts";
import { reportFailure } from "./failure.ts";
import { patiently, patientlyEach } from "./patience.ts";
import type { ReplyInput } from "./reply-input.ts";
import type { TurnOptions } from "./turn-options.ts";

/**
 * Reads the model's reply: chunks to the client, sentences to `lines`, which it always ends.
 *
 * @returns the text so far, also after a failure or an interruption
 * @throws what `onLLMEnd` throws: the reply is not to be given
 */
export async function write(
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

/** A text that is there already, to the client and to `lines`. */
export async function recite(
  text: string,
  { context, options, send }: ReplyInput,
  lines: AsyncQueue<string>,
): Promise<string> {
  const { turnId } = context;
  const splitter = new SentenceSplitter({ chunker: options.sentenceChunker });
  send({ type: "llm-chunk", content: text, done: false, turnId });
  send({ type: "llm-chunk", content: "", done: true, turnId });
  send({ type: "llm", text, turnId });
  for (const sentence of [...splitter.push(text), ...splitter.flush()]) {
    const words = speakable(sentence, { hints: true });
    if (words) lines.push(words);
  }
  lines.end();
  return text;
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
