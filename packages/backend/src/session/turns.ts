import {
  type Clock,
  defaultTurnTaking,
  emptyFloor,
  type Feature,
  type Floor,
  type FloorEffect,
  type FloorEvent,
  type History,
  isIdle,
  MetricNames,
  nextFloor,
  type ServerMessage,
  systemClock,
  type TurnContext,
  type TurnOptions,
  type TurnTaking,
  type VisionAttachment,
  type VoiceOutput,
} from "@metered/llmrtc-core";
import { Waits } from "../media/waits.ts";
import { CallerSide, type Pictures, type Start } from "./caller-side.ts";
import { Replies, type SayPrompt } from "./replies.ts";
import type { SayOptions, Spoken } from "./session-handle.ts";
import type { Utterance } from "./utterance.ts";

export interface TurnsOptions {
  readonly sessionId: () => string;
  readonly history: History;
  readonly turn: TurnOptions;
  /** Where the agent's sound goes now: it changes when the caller comes back on a new connection. */
  readonly voice: (turnId: string) => VoiceOutput;
  readonly send: (message: ServerMessage) => void;
  /** What the client can do beyond protocol v1. */
  readonly has: (feature: Feature) => boolean;
  readonly pictures: Pictures;
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

/** Does what the floor decides: hears the caller out, lets the agent reply, holds it back, stops it. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #rules: TurnTaking;
  readonly #sayings = new Map<string, Saying>();
  readonly #caller: CallerSide;
  readonly #replies: Replies;
  readonly #waits = new Waits();
  #floor: Floor = emptyFloor;
  /** What the reply that runs is for: kept until it stands. */
  #answered: readonly string[] = [];

  constructor(options: TurnsOptions) {
    const { turn, signal, clock = systemClock } = options;
    this.#options = options;
    this.#rules = turn.turnTaking ?? defaultTurnTaking;
    this.#replies = new Replies({
      ...options,
      clock,
      taking: this.#rules,
      audible: (id, at) => {
        this.#tell({ type: "audible", id, at });
      },
      over: (id, stands, spoken) => {
        if (stands) this.#caller.forget(this.#answered);
        this.#tell({ type: "reply-over", id });
        this.#said(id, spoken);
      },
    });
    this.#caller = new CallerSide({
      ...options,
      clock,
      taking: this.#rules,
      replies: this.#replies,
      newContext: () => this.#newContext(),
      floor: () => this.#floor,
      tell: (event) => {
        this.#tell(event);
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
  listen(start: Start, onStart: (turnId: string) => void): Utterance {
    return this.#caller.listen(start, onStart);
  }

  /** The caller has fallen silent for good. */
  spoken(utterance: Utterance): void {
    this.#tell({ type: "speech-ended", id: utterance.id });
  }

  /** The caller typed. */
  read(text: string, attachments: readonly VisionAttachment[] = []): void {
    this.#caller.read(text, attachments);
  }

  /** A whole recording, from clients that have no audio track. */
  hear(recording: Uint8Array, attachments: readonly VisionAttachment[] = []): void {
    this.#caller.hear(recording, attachments);
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
    this.#caller.showTaken();
    this.#options.moved?.(floor);
    this.#waits.wake();
  }

  #do(effect: FloorEffect): void {
    switch (effect.type) {
      case "judge":
        this.#caller.judge(effect.id);
        return;
      case "drop":
        this.#caller.drop(effect.id);
        return;
      case "merge":
        this.#caller.takeBack(effect.id, effect.by);
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
        this.#caller.takeBack(effect.id, effect.by);
    }
  }

  #answer(parts: readonly string[]): void {
    const inputs = this.#caller.take(parts);
    const last = inputs.pop();
    if (!last) return;
    this.#answered = parts;
    this.#replies.answer([...inputs, last]);
  }
}

const unsaid: Spoken = { heard: "", interrupted: true };
