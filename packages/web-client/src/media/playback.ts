import { Emitter } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";
import type { Sound } from "./sound.ts";

export type PlaybackEvents = {
  blocked: LLMRTCClientError;
  started: undefined;
};

/** Plays the agent's voice on an audio element of its own, which never enters the page. */
export class Playback extends Emitter<PlaybackEvents> {
  readonly #sound: Sound;
  #element: HTMLAudioElement | undefined;
  #deviceId: string | undefined;
  #volume = 1;
  #blocked = false;

  constructor(sound: Sound, deviceId: string | undefined) {
    super();
    this.#sound = sound;
    this.#deviceId = deviceId;
  }

  /** The browser has refused to play and waits for a gesture. */
  get blocked(): boolean {
    return this.#blocked;
  }

  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = Math.min(1, Math.max(0, volume));
    if (this.#element) this.#element.volume = this.#volume;
  }

  /**
   * In a gesture. iOS lets an element play later what it has played something in a gesture before;
   * so it plays silence now.
   */
  unlock(): void {
    const silence = this.#sound.unlock();
    if (!silence) return;
    const element = this.#own();
    element.srcObject ??= silence;
    element.play().catch(() => {
      // Not in a gesture after all: `play` finds out and says so when there is something to hear.
    });
  }

  play(stream: MediaStream): void {
    const element = this.#own();
    element.srcObject = stream;
    void this.#start(element).catch((error: unknown) => {
      if (error instanceof LLMRTCClientError) this.emit("blocked", error);
    });
  }

  /** @throws {LLMRTCClientError} `PLAYBACK_BLOCKED` outside a gesture */
  async resume(): Promise<void> {
    if (this.#element) await this.#start(this.#element);
  }

  /** @throws {LLMRTCClientError} `OUTPUT_DEVICE_FAILED` or `UNSUPPORTED_BROWSER` */
  async setDevice(deviceId: string): Promise<void> {
    if (!("setSinkId" in HTMLMediaElement.prototype)) {
      throw new LLMRTCClientError("UNSUPPORTED_BROWSER", "This browser cannot choose a speaker.");
    }
    try {
      await this.#own().setSinkId(deviceId);
    } catch (cause) {
      throw new LLMRTCClientError("OUTPUT_DEVICE_FAILED", "The speaker cannot be used.", { cause });
    }
    this.#deviceId = deviceId;
  }

  close(): void {
    const element = this.#element;
    this.#element = undefined;
    this.#blocked = false;
    if (!element) return;
    element.pause();
    element.srcObject = null;
  }

  async #start(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
    } catch (cause) {
      // `AbortError`: another stream took its place or the call ended, which is no refusal.
      if (!(cause instanceof DOMException) || cause.name !== "NotAllowedError") return;
      this.#blocked = true;
      throw new LLMRTCClientError("PLAYBACK_BLOCKED", "The browser plays no sound yet.", { cause });
    }
    this.#blocked = false;
    this.emit("started", undefined);
  }

  #own(): HTMLAudioElement {
    this.#element ??= this.#create();
    return this.#element;
  }

  #create(): HTMLAudioElement {
    const element = new Audio();
    element.autoplay = true;
    element.volume = this.#volume;
    if (this.#deviceId && "setSinkId" in element) {
      element.setSinkId(this.#deviceId).catch(() => {
        // A speaker that is gone since it was chosen: the system's is better than none.
      });
    }
    return element;
  }
}
