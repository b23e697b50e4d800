import {
  type CallOptions,
  type Clock,
  type LLMChunk,
  type LLMProvider,
  type LLMRequest,
  systemClock,
  type ToolCallRequest,
} from "@metered/llmrtc-core";
import { failsAt, hangsAt, type Mishap, mishapError } from "./mishap.ts";
import { hang, wait } from "./waiting.ts";

/** What a model says to one request. */
export type FakeReply =
  string | { readonly text?: string; readonly toolCalls?: readonly ToolCallRequest[] };

export interface FakeLLMOptions extends Mishap {
  /** The answer to every request. Default "Hello there. How can I help?". */
  readonly reply?: string | ((request: LLMRequest) => FakeReply);
  /** One answer for each request in turn; then the last one again and again. Instead of `reply`. */
  readonly script?: readonly FakeReply[];
  /** Wait before the first token. Default `tokenDelayMs`. */
  readonly firstTokenMs?: number;
  /** Wait before each token. Default 0. */
  readonly tokenDelayMs?: number;
  /** False: a provider without `stream`. Default true. */
  readonly streaming?: boolean;
  readonly name?: string;
  readonly clock?: Clock;
}

export interface FakeLLM extends LLMProvider {
  /** What it was asked, oldest first. */
  readonly requests: readonly LLMRequest[];
  /** Requests that run now. */
  readonly running: number;
  readonly isClosed: boolean;
}

/** A language model that says what the test wants, word by word. */
export function fakeLLM(options: FakeLLMOptions = {}): FakeLLM {
  const { name = "fake/llm", tokenDelayMs = 0, clock = systemClock } = options;
  const { firstTokenMs = tokenDelayMs } = options;
  const requests: LLMRequest[] = [];
  let running = 0;
  let isClosed = false;

  const replyTo = (request: LLMRequest): FakeReply => {
    const scripted = options.script?.[Math.min(requests.length, options.script.length) - 1];
    if (scripted !== undefined) return scripted;
    const { reply = "Hello there. How can I help?" } = options;
    return typeof reply === "string" ? reply : reply(request);
  };

  async function* stream(
    request: LLMRequest,
    { signal }: CallOptions = {},
  ): AsyncGenerator<LLMChunk, void, undefined> {
    signal?.throwIfAborted();
    // A copy: the caller may go on with its list of messages.
    requests.push({ ...request, messages: [...request.messages] });
    const reply = replyTo(request);
    const { text = "", toolCalls } = typeof reply === "string" ? { text: reply } : reply;
    running++;
    try {
      for (const [i, content] of [...tokensOf(text), ""].entries()) {
        if (hangsAt(options, i)) await hang(signal);
        if (failsAt(options, i)) throw mishapError(options, "LLM", name);
        if (content) {
          await wait(i === 0 ? firstTokenMs : tokenDelayMs, clock, signal);
          yield { content, done: false };
        }
        signal?.throwIfAborted();
      }
      yield toolCalls
        ? { content: "", done: true, stopReason: "tool_use", toolCalls }
        : { content: "", done: true, stopReason: "end_turn" };
    } finally {
      running--;
    }
  }

  return {
    name,
    requests,
    get running() {
      return running;
    },
    get isClosed() {
      return isClosed;
    },
    async complete(request, callOptions) {
      let fullText = "";
      for await (const { content, done, ...end } of stream(request, callOptions)) {
        fullText += content;
        if (done) return { fullText, ...end };
      }
      return { fullText };
    },
    ...(options.streaming === false ? {} : { stream }),
    async close() {
      isClosed = true;
    },
  };
}

/** Words with the white space before them, as models send them. */
function tokensOf(text: string): string[] {
  return text.match(/\s*\S+(?:\s+$)?/gu) ?? (text ? [text] : []);
}
