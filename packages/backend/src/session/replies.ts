import {
  type AgentNow,
  callHook,
  type Clock,
  type Feature,
  type History,
  Interrupted,
  type Prompt,
  type ServerMessage,
  type TurnContext,
  type TurnOptions,
  TurnStopwatch,
  type TurnTaking,
  type VoiceOutput,
  Withdrawn,
} from "@metered/llmrtc-core";
import { Hold } from "./hold.ts";
import { type Input, messagesOf } from "./inputs.ts";
import { Preemption } from "./preemption.ts";
import { RunningReply } from "./running-reply.ts";
import type { Spoken } from "./session-handle.ts";

/** What the agent says of its own accord. */
export type SayPrompt = Exclude<Prompt, { readonly said: unknown }>;

export interface RepliesOptions {
  readonly history: History;
  readonly turn: TurnOptions;
  readonly voice: (turnId: string) => VoiceOutput;
  readonly send: (message: ServerMessage) => void;
  readonly has: (feature: Feature) => boolean;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly taking: TurnTaking;
  /** The caller hears the reply since then, as far as is known now. */
  readonly audible: (id: string, at: number) => void;
  /** It has ended, in whatever way. `stands`: it was not withdrawn; `spoken`: how it was taken. */
  readonly over: (id: string, stands: boolean, spoken: Spoken) => void;
}

/** The agent's side of the floor: one reply at a time, which can be held back and given up. */
export class Replies {
  readonly #options: RepliesOptions;
  readonly #hold: Hold;
  readonly #preemption: Preemption;
  #running: RunningReply | undefined;

  constructor(options: RepliesOptions) {
    const { turn, history, taking, clock, send, has } = options;
    this.#options = options;
    this.#preemption = new Preemption(turn, history, taking.preemptive);
    this.#hold = new Hold(clock, (message) => {
      if (has("pause")) send(message);
    });
  }

  /** What is to be known to judge a voice over the agent. */
  get now(): AgentNow {
    return this.#running?.now ?? { agentAudible: false, agentWords: "", agentLeftMs: 0 };
  }

  /** The caller may have finished with these words: the model is asked already. */
  guess(text: string, { likely }: { readonly likely: boolean }): void {
    this.#preemption.guess(text, { likely });
  }

  /** He has not, or has said something else. */
  dropGuess(): void {
    this.#preemption.drop();
  }

  /** Replies to what was said, under the id of the last; at least one. */
  answer(inputs: readonly [...Input[], Input]): void {
    const { turn, send } = this.#options;
    const said = messagesOf(inputs);
    for (const { by, text, turnId } of said) {
      if (by !== "text") send({ type: "transcript", text, isFinal: true, turnId });
    }
    const [only, more] = said;
    const guessable = only && !more && only.by === "voice" && only.attachments.length === 0;
    const providers = this.#preemption.take(guessable ? only.text : "");
    const [{ context, stopwatch }] = inputs.slice(-1) as [Input];
    if (providers) stopwatch.guessed();
    const typed = inputs.filter(({ by }) => by === "text").map((input) => input.context);
    const options = providers ? { ...turn, providers } : turn;
    void this.#run({ said }, context, stopwatch, options, typed);
  }

  /** Says it of its own accord. */
  say(line: SayPrompt, context: TurnContext): void {
    void this.#run(line, context, new TurnStopwatch("text"), this.#options.turn);
  }

  /** Silence, at once. */
  hold(): void {
    if (this.#running) this.#hold.hold(this.#running.held);
  }

  /** The agent goes on. */
  release(): void {
    this.#hold.release();
  }

  /** Gives the reply up; `over` follows. */
  end(how: "interrupted" | "withdrawn"): void {
    const running = this.#running;
    if (!running) return;
    running.end(
      how === "interrupted"
        ? new Interrupted("the caller took the floor")
        : new Withdrawn("the caller had not finished"),
    );
    this.#hold.giveUp(running.voice);
  }

  /** @param typed turns that begin only now, for hooks: those with sound began when it ended */
  async #run(
    prompt: Prompt,
    context: TurnContext,
    stopwatch: TurnStopwatch,
    turn: TurnOptions,
    typed: readonly TurnContext[] = [],
  ): Promise<void> {
    const { voice, has, audible, over, ...shared } = this.#options;
    const id = context.turnId;
    const running = new RunningReply({
      ...shared,
      prompt,
      context,
      stopwatch,
      turn,
      voice: voice(id),
      timings: has("turn-timings"),
      audible: (at) => {
        audible(id, at);
      },
    });
    this.#running = running;
    for (const begun of typed) {
      await callHook(turn.hooks.onTurnStart, turn.logger, begun, new Uint8Array(0));
    }
    await running.run();
    this.#running = undefined;
    over(id, !running.withdrawn, running.spoken);
  }
}
