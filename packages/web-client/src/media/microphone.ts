import { Emitter } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";
import type { MicrophoneInfo } from "../events.ts";
import { openMicrophone, stopTracks } from "./capture.ts";
import type { AudioController } from "./controllers.ts";
import type { LevelMeter } from "./level.ts";
import type { Sound } from "./sound.ts";

export type MicrophoneEvents = {
  /** Another track is to be sent. */
  switched: MediaStreamTrack;
  /** Muted, unmuted or switched. */
  changed: undefined;
  /** Unplugged, or its permission taken away. */
  lost: undefined;
  /** By `stop`. */
  stopped: undefined;
};

/** The source of the caller's voice. It outlives connections: each new one sends its track. */
export class Microphone extends Emitter<MicrophoneEvents> implements AudioController {
  readonly #sound: Sound;
  #stream: MediaStream;
  #track: MediaStreamTrack;
  /** Opened here, so ours to stop when it is replaced. */
  #own: boolean;
  #muted = false;
  #over = false;
  #meter: LevelMeter | undefined;
  #constraints: MediaTrackConstraints = {};
  #switches = 0;

  /**
   * @param own whether the stream was opened for this and not by the application
   * @throws {LLMRTCClientError} `MICROPHONE_NOT_FOUND` for a stream without sound
   */
  constructor(
    stream: MediaStream,
    { sound, own }: { readonly sound: Sound; readonly own: boolean },
  ) {
    super();
    this.#sound = sound;
    this.#own = own;
    this.#stream = stream;
    this.#track = audioTrack(stream);
    this.#track.addEventListener("ended", this.#onEnded);
  }

  static async open(constraints: MediaTrackConstraints, sound: Sound): Promise<Microphone> {
    const microphone = new Microphone(await openMicrophone(constraints), { sound, own: true });
    microphone.#constraints = constraints;
    return microphone;
  }

  get stream(): MediaStream {
    return this.#stream;
  }

  get track(): MediaStreamTrack {
    return this.#track;
  }

  get muted(): boolean {
    return this.#muted;
  }

  get deviceId(): string | undefined {
    return this.#track.getSettings().deviceId;
  }

  get info(): MicrophoneInfo {
    const { deviceId } = this;
    const { label } = this.#track;
    return { ...(deviceId !== undefined && { deviceId }), label, muted: this.#muted };
  }

  get level(): number {
    if (this.#over || this.#muted) return 0;
    this.#meter ??= this.#sound.meter(this.#stream);
    return this.#meter.level;
  }

  mute(): void {
    this.#setMuted(true);
  }

  unmute(): void {
    this.#setMuted(false);
  }

  async setDevice(deviceId: string): Promise<void> {
    const turn = ++this.#switches;
    const constraints = { ...this.#constraints, deviceId: { exact: deviceId } };
    const stream = await openMicrophone(constraints);
    if (this.#over || turn !== this.#switches) {
      stopTracks(stream);
      throw new LLMRTCClientError("CLOSED", "The microphone was stopped or switched meanwhile.");
    }
    this.#letGo();
    this.#own = true;
    this.#constraints = constraints;
    this.#stream = stream;
    this.#track = audioTrack(stream);
    this.#track.enabled = !this.#muted;
    this.#track.addEventListener("ended", this.#onEnded);
    this.emit("switched", this.#track);
    this.emit("changed", undefined);
  }

  async stop(): Promise<void> {
    if (this.#over) return;
    this.end();
    this.emit("stopped", undefined);
  }

  /** Stops every track without an event. */
  end(): void {
    this.release();
    stopTracks(this.#stream);
  }

  /** Another microphone takes over: stops the tracks unless the application opened them. */
  release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#letGo();
  }

  #letGo(): void {
    this.#track.removeEventListener("ended", this.#onEnded);
    this.#meter?.close();
    this.#meter = undefined;
    if (this.#own) stopTracks(this.#stream);
  }

  #setMuted(muted: boolean): void {
    if (this.#over || this.#muted === muted) return;
    this.#muted = muted;
    this.#track.enabled = !muted;
    this.emit("changed", undefined);
  }

  readonly #onEnded = (): void => {
    this.end();
    this.emit("lost", undefined);
  };
}

function audioTrack(stream: MediaStream): MediaStreamTrack {
  const [track] = stream.getAudioTracks();
  if (track) return track;
  throw new LLMRTCClientError("MICROPHONE_NOT_FOUND", "The stream has no audio track.");
}
