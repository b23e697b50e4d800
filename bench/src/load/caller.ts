import { type Lateness, LatenessMeter } from "./lateness.ts";
import type { Leg, LegEvents } from "./leg.ts";
import type { Script } from "./script.ts";

export interface CallFigures extends Lateness {
  /** Turns whose whole answer came. */
  readonly answered: number;
  readonly lost: number;
  /** The call broke. */
  readonly broken: boolean;
}

const framesPerSecond = 50;
const pauseFrames = framesPerSecond;
const answerWithinFrames = 10 * framesPerSecond;
const attestEveryFrames = framesPerSecond / 5;
/** Of an answer some may be lost, but not this much. */
const leastHeard = 0.8;

type Phase = "pausing" | "speaking" | "waiting" | "listening";

/** One caller who says his line, hears the answer out, takes a breath and says it again. */
export class ScriptedCaller {
  readonly #script: Script;
  readonly #lateness = new LatenessMeter();
  #leg: Leg | undefined;
  #phase: Phase = "pausing";
  /** Frames since the phase began. */
  #frames: number;
  #room = 0;
  /** Packets since the answer began. */
  #heard = 0;
  #lastHeard = 0;
  #complete = false;
  #answered = 0;
  #lost = 0;
  #broken = false;

  /** @param startAfterFrames so that callers do not speak in chorus */
  constructor(script: Script, startAfterFrames: number) {
    this.#script = script;
    this.#frames = pauseFrames - startAfterFrames;
  }

  async call(open: (events: LegEvents) => Promise<Leg>): Promise<void> {
    this.#leg = await open({
      packet: (timestamp, arrivedAt) => {
        this.#heard += 1;
        this.#lastHeard = timestamp;
        this.#lateness.arrived(timestamp, arrivedAt);
      },
      message: ({ type }) => {
        this.#hear(type);
      },
      ended: () => {
        this.#broken = true;
      },
    });
  }

  /** The next 20 ms. */
  tick(): void {
    const leg = this.#leg;
    if (leg === undefined || this.#broken) return;
    this.#frames += 1;
    this.#goOn();
    const { speech, room } = this.#script;
    this.#room = (this.#room + 1) % room.length;
    const spoken = this.#phase === "speaking" ? speech[this.#frames] : undefined;
    const payload = spoken ?? room[this.#room];
    if (payload !== undefined) leg.send(payload);
    if (this.#phase === "listening" && leg.attests && this.#frames % attestEveryFrames === 0) {
      leg.say({ type: "playout", position: this.#lastHeard, outputDelayMs: 20, roundTripMs: 1 });
    }
  }

  /** What happened since the last time. */
  take(): CallFigures {
    const taken = { answered: this.#answered, lost: this.#lost, broken: this.#broken };
    this.#answered = 0;
    this.#lost = 0;
    return { ...taken, ...this.#lateness.take() };
  }

  async hangUp(): Promise<void> {
    this.#broken = true;
    await this.#leg?.close();
  }

  #goOn(): void {
    const { speech, replyFrames } = this.#script;
    const late = this.#frames >= answerWithinFrames;
    switch (this.#phase) {
      case "pausing":
        if (this.#frames >= pauseFrames) this.#enter("speaking");
        return;
      case "speaking":
        if (this.#frames >= speech.length) this.#enter("waiting");
        return;
      case "waiting":
        if (late) this.#end(false);
        return;
      case "listening":
        if (this.#complete && this.#frames >= replyFrames) {
          this.#end(this.#heard >= replyFrames * leastHeard);
        } else if (late) this.#end(false);
    }
  }

  #hear(type: string): void {
    if (type === "tts-start") {
      if (this.#phase === "speaking")
        this.#lost += 1; // answered before he had finished
      else if (this.#phase === "waiting") this.#enter("listening");
    }
    if (this.#phase !== "listening") return;
    if (type === "tts-complete") this.#complete = true;
    if (type === "tts-cancelled") this.#end(false);
  }

  #end(answered: boolean): void {
    if (answered) this.#answered += 1;
    else this.#lost += 1;
    this.#enter("pausing");
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#frames = 0;
    this.#heard = 0;
    this.#complete = false;
  }
}
