import {
  AsyncQueue,
  callHook,
  createTimingInfo,
  type EndOfSpeech,
  type History,
  InterimWords,
  MetricNames,
  patiently,
  type Pcm,
  reply,
  reportFailure,
  type ServerMessage,
  type SpeechMark,
  transcribe,
  type TurnContext,
  type TurnOptions,
  TurnStopwatch,
  type TurnTimings,
  type VisionAttachment,
  type VoiceOutput,
} from "@metered/llmrtc-core";

export interface TurnsOptions {
  readonly sessionId: () => string;
  readonly history: History;
  readonly turn: TurnOptions;
  /** Where the agent's sound goes now: it changes when the caller comes back on a new connection. */
  readonly voice: (turnId: string) => VoiceOutput;
  readonly send: (message: ServerMessage) => void;
  /** Whether the client takes interim transcripts. */
  readonly interim: () => boolean;
  /** Whether the client takes turn timings. */
  readonly timings: () => boolean;
  /** The pictures that the caller has shown since the last turn; taking them empties the list. */
  readonly takeAttachments: () => readonly VisionAttachment[];
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** The turn that runs now. Its reply can be aborted; its transcription goes on, so no word is lost. */
interface Running {
  readonly context: TurnContext;
  readonly stopwatch: TurnStopwatch;
  readonly interruption: AbortController;
  done: Promise<void>;
}

/** What the caller is saying. */
export interface SpokenInput {
  readonly turnId: string;
  push(sound: Pcm | SpeechMark): void;
  /** What was understood up to the pause that was marked last; undefined when nothing was yet. */
  wordsAtPause(signal: AbortSignal): Promise<string | undefined>;
  /** The utterance is over; absent: it broke off. */
  end(ending?: EndOfSpeech): void;
  /** It was nothing after all: no turn comes of it. */
  drop(): void;
}

interface Utterance {
  readonly sound: AsyncIterable<Pcm | SpeechMark>;
  readonly words: InterimWords;
  readonly signal: AbortSignal;
}

/** A reason that is not an error: the caller took the floor. */
class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Runs the turns of one call, one at a time and in order; a new one takes the floor from the last. */
export class Turns {
  readonly #options: TurnsOptions;
  #running: Running | undefined;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running.done;
  }

  /** Stops the agent's reply, if one is on its way. */
  interrupt(): void {
    this.#running?.interruption.abort(new Interrupted("the caller took the floor"));
  }

  /**
   * The caller starts to speak: interrupts the agent and hears him out.
   *
   * @param onStart called with the new turn's id before the agent is interrupted
   */
  listen(onStart: (turnId: string) => void): SpokenInput {
    const sound = new AsyncQueue<Pcm | SpeechMark>();
    const words = new InterimWords(this.#options.turn.providers.stt);
    const stopwatch = new TurnStopwatch("speech");
    const dropped = new AbortController();
    const signal = AbortSignal.any([this.#options.signal, dropped.signal]);
    const turnId = this.#take(stopwatch, async (running) => {
      onStart(running.context.turnId);
      const text = await this.#understand({ sound, words, signal }, running);
      return text && { text };
    });
    return {
      turnId,
      push: (part) => {
        sound.push(part);
      },
      wordsAtPause: (signal) => words.atPause(signal),
      end: (ending) => {
        if (ending) stopwatch.speechEnded(ending);
        sound.end();
      },
      drop: () => {
        dropped.abort(new Interrupted("nothing was said"));
        sound.end();
      },
    };
  }

  /** The caller typed. */
  read(text: string, attachments: readonly VisionAttachment[] = []): void {
    this.#take(new TurnStopwatch("text"), async ({ context }) => {
      const { send, turn } = this.#options;
      send({ type: "transcript", text, isFinal: true, turnId: context.turnId });
      await callHook(turn.hooks.onTurnStart, turn.logger, context, new Uint8Array(0));
      return { text, attachments };
    });
  }

  /** A whole recording, from clients that have no audio track. */
  hear(recording: Uint8Array, attachments: readonly VisionAttachment[] = []): void {
    this.#take(new TurnStopwatch("recording"), async (running) => {
      const text = await this.#transcribeWhole(recording, running);
      return text && { text, attachments };
    });
  }

  /**
   * Starts a turn behind the one that runs, whose reply is interrupted.
   *
   * @param input what the caller says; undefined or "" when it was nothing
   */
  #take(
    stopwatch: TurnStopwatch,
    input: (
      running: Running,
    ) => Promise<{ text: string; attachments?: readonly VisionAttachment[] } | "" | undefined>,
  ): string {
    const { sessionId, signal, send, turn } = this.#options;
    const before = this.#running;
    const turnId = crypto.randomUUID();
    const context: TurnContext = { turnId, sessionId: sessionId(), startTime: Date.now() };
    const running: Running = {
      context,
      stopwatch,
      interruption: new AbortController(),
      done: Promise.resolve(),
    };
    const run = async (): Promise<void> => {
      const said = await input(running);
      await before?.done;
      if (!said || signal.aborted) return;
      await this.#reply(said.text, said.attachments ?? [], running);
    };
    running.done = run()
      .catch(async (error: unknown) => {
        if (!signal.aborted) await reportFailure(error, { context, options: turn, send }, "llm");
      })
      .finally(() => {
        if (this.#running === running) this.#running = undefined;
      });
    this.interrupt();
    this.#running = running;
    return turnId;
  }

  async #reply(
    text: string,
    attachments: readonly VisionAttachment[],
    { context, interruption, stopwatch }: Running,
  ): Promise<void> {
    const { history, turn, signal, send } = this.#options;
    const { hooks, metrics, logger } = turn;
    if (interruption.signal.aborted) {
      history.add({ role: "user", content: text }); // said, and followed by more before a reply
      return;
    }
    await reply({
      context,
      text,
      attachments: [...this.#options.takeAttachments(), ...attachments],
      history,
      options: turn,
      voice: this.#options.voice(context.turnId),
      send,
      stopwatch,
      signal: AbortSignal.any([signal, interruption.signal]),
    });
    await this.#report(context, stopwatch.timings);
    const timing = createTimingInfo(context.startTime);
    metrics.timing(MetricNames.TURN_DURATION, timing.durationMs);
    await callHook(hooks.onTurnEnd, logger, context, timing);
  }

  /** Where the turn's time went, to everybody who asks. */
  async #report(context: TurnContext, timings: TurnTimings): Promise<void> {
    const { turn, send } = this.#options;
    const { hooks, metrics, logger } = turn;
    const { audibleMs, firstFrameMs, interrupted, attested } = timings;
    const firstAudioMs = audibleMs ?? firstFrameMs;
    if (firstAudioMs !== undefined) {
      const by = audibleMs === undefined ? "sent" : "heard";
      metrics.timing(MetricNames.TURN_FIRST_AUDIO, firstAudioMs, { by });
    }
    if (interrupted) {
      metrics.increment(MetricNames.TURN_INTERRUPTIONS, 1, { attested: String(attested) });
    }
    await callHook(hooks.onTurnTimings, logger, context, timings);
    if (this.#options.timings()) send({ type: "turn-timings", ...timings, turnId: context.turnId });
  }

  /** The utterance's words; "" when there were none or hearing failed, which the client is told. */
  async #understand(
    { sound, words, signal }: Utterance,
    { context, stopwatch }: Running,
  ): Promise<string> {
    const { turn, send, interim } = this.#options;
    const { turnId } = context;
    const guesses = { sent: false };
    const onInterim = (text: string, atPause: boolean): void => {
      words.hear(text, atPause);
      if (!text || !interim()) return;
      guesses.sent = true;
      send({ type: "transcript", text, isFinal: false, turnId });
    };
    const text = await this.#toText({ context, signal }, (onSound) =>
      transcribe(sound, {
        stt: turn.providers.stt,
        streaming: turn.streamingSTT,
        timeoutMs: turn.timeouts.sttMs,
        logger: turn.logger,
        signal,
        onInterim,
        onSound,
      }),
    );
    stopwatch.mark("transcriptMs");
    words.end();
    if (text || guesses.sent) send({ type: "transcript", text, isFinal: true, turnId });
    return text;
  }

  async #transcribeWhole(recording: Uint8Array, { context, stopwatch }: Running): Promise<string> {
    const { turn, send, signal } = this.#options;
    const text = await this.#toText({ context, signal }, async (onSound) => {
      await onSound(recording);
      const { stt } = turn.providers;
      const ms = turn.timeouts.sttMs;
      return patiently({ kind: "STT", provider: stt.name, ms, signal }, (limited) =>
        stt.transcribe(recording, undefined, { signal: limited }),
      );
    });
    stopwatch.mark("transcriptMs");
    if (text) send({ type: "transcript", text, isFinal: true, turnId: context.turnId });
    return text;
  }

  /** Hooks, metrics and errors around a transcription. */
  async #toText(
    { context, signal }: { readonly context: TurnContext; readonly signal: AbortSignal },
    run: (
      onSound: (wav: Uint8Array) => Promise<void>,
    ) => Promise<{ text: string; isFinal: boolean }>,
  ): Promise<string> {
    const { turn, send } = this.#options;
    const { hooks, metrics, logger } = turn;
    const { stt } = turn.providers;
    let started = Date.now();
    try {
      const result = await run(async (wav) => {
        await callHook(hooks.onTurnStart, logger, context, wav);
        await callHook(hooks.onSTTStart, logger, context, wav);
        started = Date.now();
      });
      const timing = createTimingInfo(started);
      metrics.timing(MetricNames.STT_DURATION, timing.durationMs, { provider: stt.name });
      await callHook(hooks.onSTTEnd, logger, context, result, timing);
      return result.text.trim();
    } catch (error) {
      if (!signal.aborted) await reportFailure(error, { context, options: turn, send }, "stt");
      return "";
    }
  }
}
