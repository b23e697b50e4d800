import { type Pcm, microphoneFormat } from "../audio/pcm.ts";
import { joined } from "../audio/samples.ts";
import { encodeWav } from "../audio/wav.ts";
import type { STTConfig, STTProvider, STTResult } from "../providers/stt.ts";

/** The whole sound goes to the provider at each pause, so a long utterance is asked of only at its end. */
const longestSamples = 20 * microphoneFormat.sampleRate;

export interface PauseQuestions {
  readonly stt: STTProvider;
  readonly config?: STTConfig | undefined;
  readonly signal: AbortSignal;
  readonly onInterim?: ((text: string, atPause: boolean) => void) | undefined;
}

/**
 * Asks a provider that cannot stream at each pause what was said so far, so that the words are there
 * when the caller has finished: he who goes on makes the question void, else its answer, or failure,
 * is that of the utterance. So each utterance without a pause inside costs one request.
 */
export class TranscribeAtPauses {
  readonly #options: PauseQuestions;
  readonly #heard: Pcm[] = [];
  #samples = 0;
  #question: AbortController | undefined;
  #answer: Promise<STTResult> | undefined;

  constructor(options: PauseQuestions) {
    this.#options = options;
  }

  push(pcm: Pcm): void {
    this.#heard.push(pcm);
    this.#samples += pcm.length;
  }

  pause(): void {
    this.stop();
    if (this.#samples > longestSamples) return;
    const question = new AbortController();
    this.#question = question;
    this.#answer = this.#ask(AbortSignal.any([this.#options.signal, question.signal]));
    this.#answer.catch(() => undefined); // met in `finish`, if it still matters then
  }

  resume(): void {
    this.stop();
  }

  /** @returns what was understood at the pause in which the utterance ended; undefined: nobody was asked */
  async finish(): Promise<STTResult | undefined> {
    return this.#answer;
  }

  stop(): void {
    this.#question?.abort(new Error("the caller goes on"));
    this.#question = undefined;
    this.#answer = undefined;
  }

  async #ask(signal: AbortSignal): Promise<STTResult> {
    const { stt, config, onInterim } = this.#options;
    const wav = encodeWav(joined(this.#heard), microphoneFormat);
    const result = await stt.transcribe(wav, config, { signal });
    if (!signal.aborted) onInterim?.(result.text.trim(), true);
    return result;
  }
}
