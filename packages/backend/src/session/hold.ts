import type { Clock, ServerMessage, VoiceOutput } from "@metered/llmrtc-core";

/** What was on its way when the agent fell silent has arrived by then, and is not heard twice. */
const leastMs = 160;

export interface HeldReply {
  readonly turnId: string;
  readonly voice: VoiceOutput;
  /** Some of its sound has been sent. */
  readonly sounds: boolean;
}

/** Holds the agent's sound back while somebody finds out whether the caller speaks. */
export class Hold {
  readonly #clock: Clock;
  readonly #send: (message: ServerMessage) => void;
  #held: { readonly reply: HeldReply; readonly since: number } | undefined;
  #cancel: (() => void) | undefined;

  /** @param send gets `tts-paused` and `tts-resumed` */
  constructor(clock: Clock, send: (message: ServerMessage) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Silence at once. */
  hold(reply: HeldReply): void {
    this.#cancel?.();
    if (this.#held) return;
    this.#held = { reply, since: this.#clock.now() };
    reply.voice.pause();
    if (reply.sounds) this.#send({ type: "tts-paused", turnId: reply.turnId });
  }

  /** The agent goes on, in a moment. */
  release(): void {
    const held = this.#held;
    if (!held) return;
    const { reply, since } = held;
    const waitMs = reply.sounds ? since + leastMs - this.#clock.now() : 0;
    const resume = (): void => {
      this.#held = undefined;
      reply.voice.resume();
      if (reply.sounds) this.#send({ type: "tts-resumed", turnId: reply.turnId });
    };
    if (waitMs <= 0) resume();
    else this.#cancel = this.#clock.after(waitMs, resume);
  }

  /** The reply is given up: its sound is gone. */
  giveUp(voice: VoiceOutput): void {
    this.#cancel?.();
    this.#held = undefined;
    voice.clear();
    voice.resume();
  }
}
