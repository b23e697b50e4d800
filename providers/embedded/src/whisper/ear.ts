import type { Pcm, STTResult } from "@metered/llmrtc-core";
import type { JobOptions } from "@metered/llmrtc-onnx";
import type { Heard } from "./model.ts";
import { longestPart, quietCut } from "./parts.ts";
import { resultOf } from "./result.ts";
import { Utterance } from "./utterance.ts";

export interface EarOptions {
  readonly hear: (pcm: Pcm, options: JobOptions) => Promise<Heard>;
  /** Whether a worker has nothing to do: interim results must not make a final one wait. */
  readonly idle: () => boolean;
  readonly interim: boolean;
}

/** New sound between two interim results: 1 s. */
const interimSamples = 16_000;
/** An interim result is late when the next could come. */
const interimDueInMs = 1_000;
/** At a pause the caller may have finished, and his turn must not wait for words. */
const pauseDueInMs = 100;
/** Parts that are over while the caller still speaks can wait for all who have finished. */
const partDueInMs = 3_000;

type Outcome = { readonly result: STTResult } | { readonly error: unknown };

/**
 * Understands one utterance as it grows: interim results on the way, a final one after `end`. Sound
 * that is too long for one context is understood part by part. Sound goes in, results are taken out;
 * neither waits for the other.
 */
export class Ear {
  readonly #options: EarOptions;
  readonly #utterance = new Utterance();
  readonly #closing = new AbortController();
  readonly #parts: Promise<Heard>[] = [];
  #guess: AbortController | undefined;
  #guessedAt = 0;
  #interim: STTResult | undefined;
  #outcome: Outcome | undefined;
  #wake: (() => void) | undefined;

  constructor(options: EarOptions) {
    this.#options = options;
  }

  listen(pcm: Pcm): void {
    if (this.#closing.signal.aborted) return;
    this.#utterance.append(pcm);
    if (this.#utterance.length > longestPart) this.#understandPart();
    const grown = this.#utterance.length - this.#guessedAt >= interimSamples;
    const { interim, idle } = this.#options;
    // In a pause the last guess still holds, and the utterance may be about to end.
    if (!interim || !grown || this.#guess || this.#utterance.pausing || !idle()) return;
    this.#startGuess({ dueInMs: interimDueInMs, atPause: false });
  }

  /** The caller has fallen silent: what was said so far is wanted now, whoever else waits. */
  pause(): void {
    if (this.#closing.signal.aborted) return;
    this.#stopGuess();
    this.#interim = undefined; // older than the pause
    this.#startGuess({ dueInMs: pauseDueInMs, atPause: true });
  }

  /** The caller has finished: a running guess makes room at once. */
  end(): void {
    if (this.#closing.signal.aborted) return;
    this.#stopGuess();
    const last = this.#options.hear(this.#utterance.pcm, { signal: this.#closing.signal });
    Promise.all([...this.#parts, last]).then(
      (heard) => {
        this.#settle({ result: resultOf(heard, true) });
      },
      (error: unknown) => {
        this.#settle({ error });
      },
    );
  }

  /** The caller's sound broke off with an error, which `take` passes on. */
  fail(error: unknown): void {
    this.#settle({ error });
  }

  /** Stops all work. `take` rejects with `reason`. */
  close(reason?: unknown): void {
    this.#closing.abort(reason);
    this.#stopGuess();
    this.#wake?.();
  }

  /** The next result, of those that were not taken the newest. After the final one, do not ask. */
  async take(): Promise<STTResult> {
    for (;;) {
      this.#closing.signal.throwIfAborted();
      const outcome = this.#outcome;
      if (outcome && "error" in outcome) throw outcome.error;
      const result = outcome?.result ?? this.#interim;
      this.#interim = undefined;
      if (result) return result;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #settle(outcome: Outcome): void {
    this.#outcome ??= outcome;
    this.#wake?.();
  }

  #understandPart(): void {
    const part = this.#utterance.take(quietCut(this.#utterance.pcm));
    this.#stopGuess();
    this.#guessedAt = 0;
    const { signal } = this.#closing;
    const heard = this.#options.hear(part, { signal, dueInMs: partDueInMs });
    heard.catch(() => undefined); // met in `end`, where the part is needed
    this.#parts.push(heard);
  }

  #startGuess({ dueInMs, atPause }: { readonly dueInMs: number; readonly atPause: boolean }): void {
    const guess = new AbortController();
    this.#guess = guess;
    this.#guessedAt = this.#utterance.length;
    const { signal } = guess;
    const heard = this.#options.hear(this.#utterance.pcm, { signal, dueInMs });
    const settle = (result: STTResult | undefined): void => {
      if (this.#guess !== guess) return;
      this.#guess = undefined;
      if (!result) return;
      this.#interim = result;
      this.#wake?.();
    };
    Promise.all([...this.#parts, heard]).then(
      (parts) => {
        const result = resultOf(parts, false);
        if (atPause) settle({ ...result, atPause });
        else settle(result.text === "" ? undefined : result);
      },
      () => {
        // A guess that fails is no harm: the final result tells whether the model works.
        settle(atPause ? { text: "", isFinal: false, atPause } : undefined);
      },
    );
  }

  #stopGuess(): void {
    this.#guess?.abort();
    this.#guess = undefined;
  }
}
