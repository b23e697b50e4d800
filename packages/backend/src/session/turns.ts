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
  Interrupted,
  isIdle,
  MetricNames,
  nextFloor,
  type Prompt,
  type ServerMessage,
  systemClock,
  type TurnContext,
  type TurnOptions,
  TurnStopwatch,
  type TurnTaking,
  type VisionAttachment,
  type VoiceOutput,
  Withdrawn,
} from "@metered/llmrtc-core";
import { Waits } from "../media/waits.ts";
import { Hold } from "./hold.ts";
import { type Input, Inputs, messagesOf } from "./inputs.ts";
import { Preemption } from "./preemption.ts";
import { RunningReply } from "./running-reply.ts";
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
  readonly prompt: Exclude<Prompt, { readonly said: unknown }>;
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
  readonly #preemption: Preemption;
  readonly #hold: Hold;
  readonly #waits = new Waits();
  #floor: Floor = emptyFloor;
  #running: RunningReply | undefined;

  constructor(options: TurnsOptions) {
    const { turn, history, send, has, signal, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#rules = turn.turnTaking ?? defaultTurnTaking;
    this.#preemption = new Preemption(turn, history, this.#rules.preemptive);
    this.#hold = new Hold(clock, (message) => {
      if (has("pause")) send(message);
    });
    signal.addEventListener("abort", () => {
      this.#tell({ type: "closed" });
      this.#preemption.drop();
      this.#unsaid();
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
        this.#preemption.drop();
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
    prompt: Saying["prompt"],
    { id = crypto.randomUUID(), interruptible = true }: SayOptions & { readonly id?: string } = {},
  ): Promise<Spoken> {
    if (this.#options.signal.aborted) return Promise.resolve(unsaid);
    return new Promise((over) => {
      this.#sayings.set(id, { prompt, over });
      this.#tell({ type: "say", id, interruptible });
    });
  }

  /** The call is over, and there is nobody to say it to. */
  #unsaid(): void {
    for (const { over } of this.#sayings.values()) over(unsaid);
    this.#sayings.clear();
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
        const saying = this.#sayings.get(effect.id);
        this.#sayings.delete(effect.id);
        const stopwatch = new TurnStopwatch("text");
        const to = { context: this.#newContext(effect.id), stopwatch };
        void this.#reply(saying?.prompt ?? { text: "" }, to).then(saying?.over);
        return;
      }
      case "hold":
        if (this.#running) this.#hold.hold(this.#running.held);
        return;
      case "release":
        this.#hold.release();
        return;
      case "stop":
        this.#end(new Interrupted("the caller took the floor"));
        return;
      case "withdraw":
        this.#options.turn.metrics.increment(MetricNames.TURN_WITHDRAWALS);
        this.#end(new Withdrawn("the caller had not finished"));
        this.#takeBack(effect.id, effect.by);
    }
  }

  #end(reason: Interrupted | Withdrawn): void {
    const running = this.#running;
    if (!running) return;
    running.end(reason);
    this.#hold.giveUp(running.voice);
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
      agent: () => this.#running?.now ?? silentAgent,
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
      this.#preemption.drop();
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
    this.#preemption.guess(this.#inputs.withBefore(id, text, this.#floor), { likely });
  }

  #answer(parts: readonly string[]): void {
    const { send, pictures, turn } = this.#options;
    const inputs = this.#inputs.of(parts);
    const last = inputs.at(-1);
    if (!last) return;
    last.attachments = [...pictures.take(), ...last.attachments];
    const said = messagesOf(inputs);
    for (const { by, text, turnId } of said) {
      if (by !== "text") send({ type: "transcript", text, isFinal: true, turnId });
    }
    const [only, more] = said;
    const guessable = only && !more && only.by === "voice" && only.attachments.length === 0;
    const providers = this.#preemption.take(guessable ? only.text : "");
    if (providers) last.stopwatch.guessed();
    void this.#reply({ said }, last, providers ? { ...turn, providers } : turn, inputs);
  }

  async #reply(
    prompt: Prompt,
    { context, stopwatch }: Pick<Input, "context" | "stopwatch">,
    turn: TurnOptions = this.#options.turn,
    inputs: readonly Input[] = [],
  ): Promise<Spoken> {
    const id = context.turnId;
    const running = new RunningReply({
      ...this.#options,
      prompt,
      context,
      stopwatch,
      turn,
      voice: this.#options.voice(id),
      timings: this.#options.has("turn-timings"),
      clock: this.#clock,
      audible: (at) => {
        this.#tell({ type: "audible", id, at });
      },
    });
    this.#running = running;
    for (const input of inputs) {
      if (input.by !== "text") continue; // those with sound began when it ended
      await callHook(turn.hooks.onTurnStart, turn.logger, input.context, new Uint8Array(0));
    }
    await running.run();
    this.#running = undefined;
    if (!running.withdrawn) this.#inputs.delete(...inputs.map((input) => input.context.turnId));
    this.#tell({ type: "reply-over", id });
    return running.spoken;
  }
}

const unsaid: Spoken = { heard: "", interrupted: true };
const silentAgent = { agentAudible: false, agentWords: "", agentLeftMs: 0 };
