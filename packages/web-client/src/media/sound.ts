import { LevelMeter } from "./level.ts";

/** The audio context of one call: made when first needed, gone with the call. */
export class Sound {
  #context: AudioContext | undefined;
  #silence: MediaStream | undefined;

  /**
   * In a gesture: lets sound out on browsers that ask for one. Returns a silent stream to play, or
   * undefined when the page was never touched, so that the browser would refuse and complain.
   */
  unlock(): MediaStream | undefined {
    if (!wasTouched()) return undefined;
    this.#silence ??= this.context.createMediaStreamDestination().stream;
    return this.#silence;
  }

  meter(stream: MediaStream): LevelMeter {
    return new LevelMeter(this.context, stream);
  }

  /** From a sample to the ear, as far as the browser says. */
  get outputDelayMs(): number {
    const context: Partial<Pick<AudioContext, "outputLatency">> = this.#context ?? {};
    return 1000 * (context.outputLatency ?? 0); // Safari does not say
  }

  close(): void {
    void this.#context?.close();
    this.#context = undefined;
    this.#silence = undefined;
  }

  /** When the browser's mind may have changed: it plays now, or a microphone was allowed. */
  resume(): void {
    if (this.#context?.state !== "suspended") return;
    this.#context.resume().catch(() => {
      // Closed meanwhile.
    });
  }

  /** Runs as soon as the browser lets it. */
  get context(): AudioContext {
    this.#context ??= new AudioContext({ latencyHint: "interactive" });
    this.resume();
    return this.#context;
  }
}

/** Browsers without `userActivation` are asked anyway. */
function wasTouched(): boolean {
  if (!("AudioContext" in globalThis)) return false;
  const activation = navigator.userActivation as UserActivation | undefined;
  return activation?.hasBeenActive ?? true;
}
