import {
  callHook,
  type Clock,
  Contest,
  type Feature,
  type Floor,
  type FloorEvent,
  type Heard,
  MetricNames,
  type ServerMessage,
  type TurnContext,
  type TurnOptions,
  TurnStopwatch,
  type TurnTaking,
  type VisionAttachment,
} from "@metered/llmrtc-core";
import { type Input, Inputs } from "./inputs.ts";
import type { Replies } from "./replies.ts";
import { understandRecording } from "./understanding.ts";
import { Utterance } from "./utterance.ts";

/** The pictures that the caller has shown since the last turn. */
export interface Pictures {
  readonly waiting: () => boolean;
  /** Takes them all. */
  readonly take: () => readonly VisionAttachment[];
}

export interface CallerSideOptions {
  readonly turn: TurnOptions;
  readonly send: (message: ServerMessage) => void;
  readonly has: (feature: Feature) => boolean;
  readonly pictures: Pictures;
  /** Ends everything. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly taking: TurnTaking;
  readonly replies: Replies;
  readonly newContext: () => TurnContext;
  readonly floor: () => Floor;
  readonly tell: (event: FloorEvent) => void;
}

/** How a voice began: so long ago, and by a button or by itself. */
export type Start = Pick<Extract<Heard, { readonly type: "speech-started" }>, "agoMs" | "pressed">;

/** The caller's side of the floor: all that he says, on its way to words and to an answer. */
export class CallerSide {
  readonly #options: CallerSideOptions;
  readonly #inputs = new Inputs();

  constructor(options: CallerSideOptions) {
    this.#options = options;
  }

  /**
   * The caller starts to speak.
   *
   * @param onStart called with the new turn's id before the agent gives way
   */
  listen({ agoMs, pressed = false }: Start, onStart: (turnId: string) => void): Utterance {
    const { turn, send, signal, has } = this.#options;
    const context = this.#options.newContext();
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
        const whole = this.#inputs.withBefore(id, text, this.#options.floor());
        send({ type: "transcript", text: whole, isFinal: false, turnId: id });
      },
      paused: (text, likely) => {
        this.#guess(id, text, likely);
      },
      resumed: () => {
        this.#options.replies.dropGuess();
        this.#options.tell({ type: "speech-resumed", id });
      },
    });
    const input: Input = { context, by: "voice", stopwatch, utterance, text: "", attachments: [] };
    this.#inputs.add(input);
    onStart(id);
    const at = this.#options.clock.now() - agoMs;
    this.#options.tell({ type: "speech-started", id, at, meant: pressed });
    void utterance.understood().then((text) => {
      this.#understood(input, text);
    });
    return utterance;
  }

  /** The caller typed. */
  read(text: string, attachments: readonly VisionAttachment[] = []): void {
    const context = this.#options.newContext();
    const stopwatch = new TurnStopwatch("text");
    const { turnId: id } = context;
    this.#inputs.add({ context, by: "text", stopwatch, text, attachments });
    this.#options.send({ type: "transcript", text, isFinal: true, turnId: id });
    this.#options.tell({ type: "typed", id });
  }

  /** A whole recording, from clients that have no audio track. */
  hear(recording: Uint8Array, attachments: readonly VisionAttachment[] = []): void {
    const context = this.#options.newContext();
    const stopwatch = new TurnStopwatch("recording");
    const { turnId: id } = context;
    const input: Input = { context, by: "recording", stopwatch, text: "", attachments };
    this.#inputs.add(input);
    this.#options.tell({ type: "recorded", id });
    void understandRecording(context, recording, this.#options).then((text) => {
      stopwatch.mark("transcriptMs");
      this.#understood(input, text);
    });
  }

  /** What a reply is to answer, with the pictures that the caller has shown meanwhile. */
  take(parts: readonly string[]): Input[] {
    const inputs = this.#inputs.of(parts);
    const last = inputs.at(-1);
    if (last) last.attachments = [...this.#options.pictures.take(), ...last.attachments];
    return inputs;
  }

  /** A reply to it stands. */
  forget(parts: readonly string[]): void {
    this.#inputs.delete(...parts);
  }

  /** It was nothing. */
  drop(id: string): void {
    this.#inputs.get(id)?.utterance?.drop();
    this.#inputs.delete(id);
  }

  /** The client is to forget a turn whose words go into another. */
  takeBack(turnId: string, by: string): void {
    const { send, has, turn } = this.#options;
    const input = this.#inputs.get(turnId);
    if (has("withdrawal")) send({ type: "turn-withdrawn", turnId, by });
    else if (input?.utterance?.shown) send({ type: "transcript", text: "", isFinal: true, turnId });
    if (input) void callHook(turn.hooks.onTurnWithdrawn, turn.logger, input.context, by);
  }

  /** Whether this voice speaks to the agent is to be found out. */
  judge(id: string): void {
    const { metrics, logger } = this.#options.turn;
    const { judgeWithinMs: withinMs, interruptionDetector: detector } = this.#options.taking;
    const part = this.#options.floor().parts.find((one) => one.id === id);
    const utterance = this.#inputs.get(id)?.utterance;
    if (!part || !utterance) return;
    const sinceMs = this.#options.clock.now() - part.since;
    const contest = new Contest({
      detector,
      withinMs,
      sinceMs,
      logger,
      clock: this.#options.clock,
      agent: () => this.#options.replies.now,
      decide: (verdict) => {
        metrics.increment(MetricNames.TURN_CONTESTS, 1, { verdict });
        metrics.timing(MetricNames.TURN_CONTEST_DURATION, this.#options.clock.now() - part.since);
        this.#options.tell({ type: "judged", id, verdict });
      },
    });
    utterance.contestBy(contest);
  }

  /** Voices that were contested and are the caller's words now. */
  showTaken(): void {
    for (const { id, standing } of this.#options.floor().parts) {
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
      this.#options.replies.dropGuess();
    }
    this.#options.tell({ type: "understood", id, empty: text === "" });
  }

  /** The caller may have finished: the model is asked already, where nothing else is under way. */
  #guess(id: string, text: string, likely: boolean): void {
    const { parts, agent } = this.#options.floor();
    if (agent.phase !== "silent" || this.#options.pictures.waiting()) return;
    if (parts.at(-1)?.id !== id) return;
    const whole = parts.every(({ by, standing, phase, ...part }) => {
      return by === "voice" && standing === "taken" && (phase === "ready" || part.id === id);
    });
    if (!whole) return;
    this.#options.replies.guess(this.#inputs.withBefore(id, text, this.#options.floor()), {
      likely,
    });
  }
}
