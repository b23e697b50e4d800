import type { LLMChunk, LLMProvider, LLMRequest } from "../providers/llm.ts";
import type { TTSProvider } from "../providers/tts.ts";
import { SentenceSplitter } from "../speaking/sentences.ts";
import { speakable } from "../speaking/speakable.ts";
import { withoutHints } from "../speaking/hints.ts";
import { Ahead } from "./ahead.ts";
import type { ConversationProviders, TurnOptions } from "./turn-options.ts";
import { plainWords } from "../listening/backchannels.ts";

/** Characters of a token, about. */
const tokenChars = 4;

/**
 * A request to the model before the caller has finished for sure, and the sound of its first sentence.
 * Nobody sees anything of it: when his words turn out to be those that were guessed, the turn runs as
 * always with {@link Guess.providers}, which give at once what is there already.
 *
 * A request that could do more than answer, one with tools, is not to be guessed.
 */
export class Guess {
  /** What it answers, normalised. */
  readonly #words: string;
  readonly #request: LLMRequest;
  readonly #options: TurnOptions;
  readonly #thinking = new AbortController();
  readonly #speaking = new AbortController();
  readonly #chunks: Ahead<LLMChunk> | undefined;
  readonly #voices = new Map<string, Ahead<Uint8Array>>();
  #written = "";

  constructor(text: string, request: LLMRequest, options: TurnOptions) {
    this.#words = normalised(text);
    this.#request = request;
    this.#options = options;
    const { llm } = options.providers;
    const { signal } = this.#thinking;
    if (!llm.stream) return;
    const splitter = new SentenceSplitter({ chunker: options.sentenceChunker });
    this.#chunks = new Ahead(llm.stream(request, { signal }), ({ content }) => {
      this.#written += content;
      this.#speak(splitter.push(content));
    });
    void this.#chunks.end.then(() => {
      this.#speak(splitter.flush());
    });
  }

  /** Whether the caller has said just that. */
  fits(text: string): boolean {
    return this.#words === normalised(text);
  }

  /** The caller's words stand: what was made so far, and what comes after. */
  get providers(): ConversationProviders {
    const { providers } = this.#options;
    return { ...providers, llm: this.#model(providers.llm), tts: this.#voice(providers.tts) };
  }

  /** Ends what runs. @returns tokens that were read and written for nothing, about */
  drop(): number {
    for (const work of [this.#thinking, this.#speaking]) {
      work.abort(new Error("the guess was wrong"));
    }
    const read = this.#request.messages.reduce((sum, { content }) => sum + content.length, 0);
    return Math.ceil((read + this.#written.length) / tokenChars);
  }

  /** Of the first sentence only: the rest is synthesised while it plays. */
  #speak(sentences: readonly string[]): void {
    const { tts } = this.#options.providers;
    const words = sentences.map((one) => speakable(one, { hints: true })).find(Boolean);
    if (!words || this.#voices.size > 0 || !tts.speakStream || !this.#options.streamingTTS) return;
    const text = tts.pronunciationHints === true ? words : withoutHints(words);
    const { signal } = this.#speaking;
    const sound = tts.speakStream(text, { dueInMs: 0, format: "pcm" }, { signal });
    this.#voices.set(text, new Ahead(sound));
  }

  #model(llm: LLMProvider): LLMProvider {
    const chunks = this.#chunks;
    if (!chunks) return llm;
    return {
      name: llm.name,
      complete: (request, options) => llm.complete(request, options),
      stream: (_request, { signal } = {}) => until(chunks, this.#thinking, signal),
    };
  }

  #voice(tts: TTSProvider): TTSProvider {
    if (!tts.speakStream) return tts;
    const speakStream = tts.speakStream.bind(tts);
    const voices = this.#voices;
    return {
      name: tts.name,
      ...(tts.pcmSampleRate !== undefined && { pcmSampleRate: tts.pcmSampleRate }),
      ...(tts.pronunciationHints !== undefined && { pronunciationHints: tts.pronunciationHints }),
      speak: (text, config, options) => tts.speak(text, config, options),
      speakStream: (text, config, options) => {
        const ahead = voices.get(text);
        voices.delete(text); // the same sentence may come twice
        if (!ahead) return speakStream(text, config, options);
        return until(ahead, this.#speaking, options?.signal);
      },
    };
  }
}

/** What is there and what comes; the reader's signal ends the work for good. */
function until<T>(
  ahead: Ahead<T>,
  work: AbortController,
  signal: AbortSignal | undefined,
): AsyncIterable<T> {
  const end = (): void => {
    work.abort(signal?.reason);
  };
  if (signal?.aborted) end();
  else signal?.addEventListener("abort", end, { once: true });
  return ahead;
}

/** Recognisers change their mind about capitals and stops; what was said is the same. */
function normalised(text: string): string {
  return plainWords(text).join(" ");
}
