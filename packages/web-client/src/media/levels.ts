import type { Clock } from "@metered/llmrtc-core";
import type { LevelPayload } from "../events.ts";
import type { LevelMeter } from "./level.ts";
import type { Sound } from "./sound.ts";

const intervalMs = 50;

/** The agent's level, and a beat of 20 Hz for whoever wants to be told levels. */
export class Levels {
  readonly #sound: Sound;
  readonly #clock: Clock;
  #stream: MediaStream | undefined;
  #meter: LevelMeter | undefined;
  #cancel: (() => void) | undefined;

  constructor(sound: Sound, clock: Clock) {
    this.#sound = sound;
    this.#clock = clock;
  }

  /** The agent's voice; undefined when there is none. */
  listenTo(stream: MediaStream | undefined): void {
    this.#meter?.close();
    this.#meter = undefined;
    this.#stream = stream;
  }

  get output(): number {
    if (!this.#stream) return 0;
    this.#meter ??= this.#sound.meter(this.#stream);
    return this.#meter.level;
  }

  /** Measures while `wanted`, 20 times a second. */
  beat(wanted: boolean, tell: (output: LevelPayload["output"]) => void): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (!wanted) return;
    this.#cancel = this.#clock.after(intervalMs, () => {
      tell(this.output);
      if (this.#cancel) this.beat(true, tell);
    });
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.listenTo(undefined);
  }
}
