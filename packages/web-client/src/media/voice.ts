import { Emitter } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";
import type { MicrophoneInfo } from "../events.ts";
import { Microphone } from "./microphone.ts";
import type { Sound } from "./sound.ts";

export type VoiceEvents = {
  /** What is to be sent from now on; null for nothing. */
  track: MediaStreamTrack | null;
  /** Shared, muted, switched or gone. */
  changed: MicrophoneInfo | null;
  /** Unplugged or taken away; `track` and `changed` have said so. */
  lost: LLMRTCClientError;
};

/** The caller's voice: the one microphone that is shared at a time. */
export class Voice extends Emitter<VoiceEvents> {
  readonly #sound: Sound;
  #microphone: Microphone | undefined;
  /** Tells a request that still waits for permission that another, or the end, came after it. */
  #requests = 0;

  constructor(sound: Sound) {
    super();
    this.#sound = sound;
  }

  get microphone(): Microphone | undefined {
    return this.#microphone;
  }

  /** @throws {LLMRTCClientError} as `LLMRTCWebClient.shareAudio` */
  async share(source: MediaStream | MediaTrackConstraints): Promise<Microphone> {
    if (this.#microphone?.stream === source) return this.#microphone;
    const request = ++this.#requests;
    const microphone = await this.#open(source);
    if (request !== this.#requests) {
      microphone.release();
      throw new LLMRTCClientError("CLOSED", "The microphone is not wanted any more.");
    }
    const before = this.#microphone;
    if (before?.muted) microphone.mute(); // who is muted stays so, whatever the device
    this.#microphone = microphone;
    this.#follow(microphone);
    this.emit("track", microphone.track);
    before?.release();
    this.emit("changed", microphone.info);
    return microphone;
  }

  /** Stops the microphone, and any that is still being asked for. */
  end(): void {
    this.#requests += 1;
    if (!this.#microphone) return;
    this.#microphone.end();
    this.#drop();
  }

  async #open(source: MediaStream | MediaTrackConstraints): Promise<Microphone> {
    const sound = this.#sound;
    if ("getTracks" in source) return new Microphone(source, { sound, own: false });
    return Microphone.open(source, sound);
  }

  /** Once another has taken its place it says nothing any more. */
  #follow(microphone: Microphone): void {
    microphone.on("switched", (track) => {
      this.emit("track", track);
    });
    microphone.on("changed", () => {
      this.emit("changed", microphone.info);
    });
    microphone.on("stopped", () => {
      this.#drop();
    });
    microphone.on("lost", () => {
      this.#drop();
      const why = "The microphone was unplugged or taken away.";
      this.emit("lost", new LLMRTCClientError("MICROPHONE_LOST", why));
    });
  }

  #drop(): void {
    this.#microphone = undefined;
    this.emit("track", null);
    this.emit("changed", null);
  }
}
