import {
  callHook,
  type Clock,
  Contest,
  defaultTurnTaking,
  emptyFloor,
  type Feature,
  type Floor,
  type FloorEffect,
  type FloorEvent,
  type Heard,
  type History,
  isIdle,
  MetricNames,
  nextFloor,
  type ServerMessage,
  systemClock,
  type TurnContext,
  type TurnOptions,
  TurnStopwatch,
  type TurnTaking,
  type VisionAttachment,
  type VoiceOutput,
} from "@metered/llmrtc-core";
import { Waits } from "../media/waits.ts";
import { type Input, Inputs } from "./inputs.ts";
import { Replies, type SayPrompt } from "./replies.ts";
import type { SayOptions, Spoken } from "./session-handle.ts";
import { understandRecording } from "./understanding.ts";
import { Utterance } from "./utterance.ts";

export interface TurnsOptions {
  readonly sessionId: () => string;
  readonly history: History;
  readonly turn: TurnOptions;
  /** Where the agent's sound goes now: it changes when the caller comes back on a new connection. */
  readonly voice: (turnId: string) => VoiceOutput;
  readonly send: (message: ServerMessage) => void;
  /** What the client can do beyond protocol v1. */
  readonly has: (feature: Feature) => boolean;
  /** The pictures that the caller has shown since the last turn. */
  readonly pictures: {
    readonly waiting: () => boolean;
    /** Takes them all. */
    readonly take: () => readonly VisionAttachment[];
  };
  /** Told each time when something has happened. */
  readonly moved?: (floor: Floor) => void;
  /** Ends everything. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

interface Saying {
  readonly prompt: SayPrompt;
  readonly over: (spoken: Spoken) => void;
}

/** How a voice began: so long ago, and by a button or by itself. */
type Start = Pick<Extract<Heard, { readonly type: "speech-started" }>, "agoMs" | "pressed">;

/** Does what the floor decides: hears the caller out, lets the agent reply, holds it back, stops it. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #clock: Clock;
  readonly #rules: TurnTaking;
  readonly #inputs = new Inputs();
  readonly #sayings = new Map<string, Saying>();
  readonly #replies: Replies;
  readonly #waits = new Waits();
  #floor: Floor = emptyFloor;
  /** What the reply that runs is for: kept until it stands. */
  #answered: readonly string[] = [];

  constructor(options: TurnsOptions) {
    const { turn, signal, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#rules = turn.turnTaking ?? defaultTurnTaking;
    this.#replies = new Replies({
      ...options,
      clock,
      taking: this.#rules,
      audible: (id, at) => {
        this.#tell({ type: "audible", id, at });
      },
      over: (id, stands, spoken) => {
        if (stands) this.#inputs.delete(...this.#answered);
        this.#tell({ type: "reply-over", id });
        this.#said(id, spoken);
      },
    });
    signal.addEventListener("abort", () => {
      this.#tell({ type: "closed" });
      this.#replies.dropGuess();
      for (const id of this.#sayings.keys()) this.#said(id, unsaid);
    });
  }

  /** Who speaks, and what is still to be answered. */
  get floor(): Floor {
    return this.#floor;
  }

  /** Resolves when nothing runs any more. */
  idle(): Promise<void> {
    return this.#waits.until(() => isIdle(this.#floor), {});
  }

  /** Stops the agent's reply, if one is on its way; `force`: also one that must not be interrupted. */
  interrupt({ force = false }: { readonly force?: boolean } = {}): void {
    this.#tell({ type: "interrupt", force });
  }

  /** A voice may be beginning. */
  noticed(): void {
    this.#tell({ type: "voice-noticed" });
  }

  /** What was noticed is no voice. */
  lost(): void {
    this.#tell({ type: "voice-lost" });
  }

  /**
   * The caller starts to speak.
   *
   * @param onStart called with the new turn's id before the agent gives way
   */
  listen({ agoMs, pressed = false }: Start, onStart: (turnId: string) => void): Utterance {
    const { turn, send, signal, has } = this.#options;
    const context = this.#newContext();
    const { turnId: id } = context;
    const stopwatch = new TurnStopwatch("speech");
    const utterance = new Utterance({
      context,
      stopwatch,
      turn,
      send,
      signal,
      show: (text) => {
        if (!has("interim")) return;
        const whole = this.#inputs.withBefore(id, text, this.#floor);
        send({ type: "transcript", text: whole, isFinal: false, turnId: id });
      },
      paused: (text, likely) => {
        this.#guess(id, text, likely);
      },
      resumed: () => {
        this.#replies.dropGuess();
        this.#tell({ type: "speech-resumed", id });
      },
    });
    const input: Input = { context, by: "voice", stopwatch, utterance, text: "", attachments: [] };
    this.#inputs.add(input);
    onStart(id);
    const at = this.#clock.now() - agoMs;
    this.#tell({ type: "speech-started", id, at, meant: pressed });
    void utterance.understood().then((text) => {
      this.#understood(input, text);
    });
    return utterance;
  }

  /** The caller has fallen silent for good. */
  spoken(utterance: Utterance): void {
    this.#tell({ type: "speech-ended", id: utterance.id });
  }

  /** The caller typed. */
  read(text: string, attachments: readonly VisionAttachment[] = []): void {
    const context = this.#newContext();
    const stopwatch = new TurnStopwatch("text");
    const { turnId: id } = context;
    this.#inputs.add({ context, by: "text", stopwatch, text, attachments });
    this.#options.send({ type: "transcript", text, isFinal: true, turnId: id });
    this.#tell({ type: "typed", id });
  }

  /** A whole recording, from clients that have no audio track. */
  hear(recording: Uint8Array, attachments: readonly VisionAttachment[] = []): void {
    const context = this.#newContext();
    const stopwatch = new TurnStopwatch("recording");
    const { turnId: id } = context;
    const input: Input = { context, by: "recording", stopwatch, text: "", attachments };
    this.#inputs.add(input);
    this.#tell({ type: "recorded", id });
    void understandRecording(context, recording, this.#options).then((text) => {
      stopwatch.mark("transcriptMs");
      this.#understood(input, text);
    });
  }

  /**
   * The agent says this as soon as nobody else speaks or waits for an answer.
   *
   * @param options `id`: of its turn
   */
  say(
    prompt: SayPrompt,
    { id = crypto.randomUUID(), interruptible = true }: SayOptions & { readonly id?: string } = {},
  ): Promise<Spoken> {
    if (this.#options.signal.aborted) return Promise.resolve(unsaid);
    return new Promise((over) => {
      this.#sayings.set(id, { prompt, over });
      this.#tell({ type: "say", id, interruptible });
    });
  }

  #said(id: string, spoken: Spoken): void {
    this.#sayings.get(id)?.over(spoken);
    this.#sayings.delete(id);
  }

  #newContext(turnId: string = crypto.randomUUID()): TurnContext {
    return { turnId, sessionId: this.#options.sessionId(), startTime: Date.now() };
  }

  #tell(event: FloorEvent): void {
    const { floor, effects } = nextFloor(this.#floor, event, this.#rules);
    this.#floor = floor;
    for (const effect of effects) this.#do(effect);
    this.#showTaken();
    this.#options.moved?.(floor);
    this.#waits.wake();
  }

  #do(effect: FloorEffect): void {
    switch (effect.type) {
      case "judge":
        this.#judge(effect.id);
        return;
      case "drop":
        this.#inputs.get(effect.id)?.utterance?.drop();
        this.#inputs.delete(effect.id);
        return;
      case "merge":
        this.#takeBack(effect.id, effect.by);
        return;
      case "answer":
        this.#answer(effect.parts);
        return;
      case "say": {
        const { prompt } = this.#sayings.get(effect.id) ?? { prompt: { text: "" } };
        this.#answered = [];
        this.#replies.say(prompt, this.#newContext(effect.id));
        return;
      }
      case "hold":
        this.#replies.hold();
        return;
      case "release":
        this.#replies.release();
        return;
      case "stop":
        this.#replies.end("interrupted");
        return;
      case "withdraw":
        this.#options.turn.metrics.increment(MetricNames.TURN_WITHDRAWALS);
        this.#replies.end("withdrawn");
        this.#takeBack(effect.id, effect.by);
    }
  }

  /** The client is to forget a turn whose words go into another. */
  #takeBack(turnId: string, by: string): void {
    const { send, has, turn } = this.#options;
    const input = this.#inputs.get(turnId);
    if (has("withdrawal")) send({ type: "turn-withdrawn", turnId, by });
    else if (input?.utterance?.shown) send({ type: "transcript", text: "", isFinal: true, turnId });
    if (input) void callHook(turn.hooks.onTurnWithdrawn, turn.logger, input.context, by);
  }

  #judge(id: string): void {
    const { metrics, logger } = this.#options.turn;
    const { judgeWithinMs: withinMs, interruptionDetector: detector } = this.#rules;
    const part = this.#floor.parts.find((one) => one.id === id);
    const utterance = this.#inputs.get(id)?.utterance;
    if (!part || !utterance) return;
    const sinceMs = this.#clock.now() - part.since;
    const contest = new Contest({
      detector,
      withinMs,
      sinceMs,
      logger,
      clock: this.#clock,
      agent: () => this.#replies.now,
      decide: (verdict) => {
        metrics.increment(MetricNames.TURN_CONTESTS, 1, { verdict });
        metrics.timing(MetricNames.TURN_CONTEST_DURATION, this.#clock.now() - part.since);
        this.#tell({ type: "judged", id, verdict });
      },
    });
    utterance.contestBy(contest);
  }

  /** Voices that were contested and are the caller's words now. */
  #showTaken(): void {
    for (const { id, standing } of this.#floor.parts) {
      if (standing === "taken") this.#inputs.get(id)?.utterance?.taken();
    }
  }

  #understood(input: Input, text: string): void {
    const { turnId: id } = input.context;
    if (!this.#inputs.get(id)) return; // it was nothing
    input.text = text;
    if (!text) {
      if (input.utterance?.shown) {
        this.#options.send({ type: "transcript", text, isFinal: true, turnId: id });
      }
      this.#inputs.delete(id);
      this.#replies.dropGuess();
    }
    this.#tell({ type: "understood", id, empty: text === "" });
  }

  /** The caller may have finished: the model is asked already, where nothing else is under way. */
  #guess(id: string, text: string, likely: boolean): void {
    const { parts, agent } = this.#floor;
    if (agent.phase !== "silent" || this.#options.pictures.waiting()) return;
    if (parts.at(-1)?.id !== id) return;
    const whole = parts.every(({ by, standing, phase, ...part }) => {
      return by === "voice" && standing === "taken" && (phase === "ready" || part.id === id);
    });
    if (!whole) return;
    this.#replies.guess(this.#inputs.withBefore(id, text, this.#floor), { likely });
  }

  #answer(parts: readonly string[]): void {
    const inputs = this.#inputs.of(parts);
    const last = inputs.pop();
    if (!last) return;
    last.attachments = [...this.#options.pictures.take(), ...last.attachments];
    this.#answered = parts;
    this.#replies.answer([...inputs, last]);
  }
}

const unsaid: Spoken = { heard: "", interrupted: true };
