import type { Feature } from "@metered/llmrtc-core";
import type { TurnDetection, WebClientConfig } from "./config.ts";
import { base64FromBytes } from "./connection/base64.ts";
import type { ConnectionState } from "./connection/state.ts";
import { PositionalEmitter } from "./emitter.ts";
import { browser, type Environment } from "./environment.ts";
import type { ClientEvents, ConnectionReport, MicrophoneInfo, SessionMode } from "./events.ts";
import type {
  AttachmentPayload,
  AudioController,
  FrameCaptureController,
} from "./media/controllers.ts";
import { Parts } from "./parts.ts";

/**
 * A call to a voice agent.
 *
 * @example
 * const client = new LLMRTCWebClient({ signallingUrl: "wss://voice.example.com", audio: true });
 * client.on("transcript", (text, isFinal) => show(text, isFinal));
 * button.onclick = () => client.start();
 */
export class LLMRTCWebClient extends PositionalEmitter<ClientEvents> {
  readonly #parts: Parts;

  /** @param environment what to connect with; tests and other runtimes pass their own */
  constructor(config: WebClientConfig, environment: Environment = browser) {
    super();
    this.#parts = new Parts({
      config,
      environment,
      emit: (name, ...args) => {
        this.emit(name, ...args);
      },
      isHeard: (name) => this.listenerCount(name) > 0,
    });
  }

  get state(): ConnectionState {
    return this.#parts.call.state;
  }

  /** Null before the first connection and after `close`. */
  get currentSessionId(): string | null {
    return this.#parts.call.sessionId;
  }

  /** What the server can do beyond protocol v1; empty without a connection. */
  get features(): ReadonlySet<Feature> {
    return this.#parts.call.features;
  }

  /** What the call's connection uses: the application's own, or the server's. Empty without one. */
  get iceServers(): readonly RTCIceServer[] {
    return this.#parts.call.iceServers;
  }

  get mode(): SessionMode {
    return this.#parts.call.mode;
  }

  /** How sound travels, or travelled last, and why so; null before the first connection. */
  get connectionReport(): ConnectionReport | null {
    return this.#parts.call.report ?? null;
  }

  /** To the server's process and back, in ms, as of the last heartbeat. */
  get roundTripTimeMs(): number | undefined {
    return this.#parts.call.roundTripTimeMs;
  }

  /**
   * Connects. Call it in a click or tap, where browsers let sound begin. Allowed when disconnected,
   * failed or closed; after a failure it goes on with the conversation if the server still has it.
   * Settles when connected, or when all retries have failed.
   *
   * @throws {LLMRTCClientError} `UNSUPPORTED_BROWSER`, `ACCESS_REFUSED`, `SIGNALLING_FAILED`,
   * `CONNECTION_FAILED`, `RECONNECTION_FAILED`, `INVALID_CONFIG`, `INVALID_STATE`, or `CLOSED` when
   * `close` came first
   */
  start(): Promise<void> {
    return this.#parts.start();
  }

  /** Ends the call and stops the microphone, camera and screen. Cancels whatever is under way. */
  close(): void {
    this.#parts.close();
  }

  /**
   * Lets the agent hear the caller, also before the call is connected. Another call of it replaces
   * the microphone without a gap.
   *
   * @param source a stream, or which microphone to open and how. Default: the system's, with echo
   * cancellation, noise suppression and gain control.
   * @throws {LLMRTCClientError} `MICROPHONE_…`, `INSECURE_CONTEXT`, `UNSUPPORTED_BROWSER`, or `CLOSED`
   * when `close` or another `shareAudio` came first
   */
  shareAudio(source: MediaStream | MediaTrackConstraints = {}): Promise<AudioController> {
    return this.#parts.shareAudio(source);
  }

  /** The microphone that is shared. */
  get microphone(): MicrophoneInfo | null {
    return this.#parts.voice.microphone?.info ?? null;
  }

  /** True also without a microphone. */
  get muted(): boolean {
    return this.#parts.voice.microphone?.muted ?? true;
  }

  mute(): void {
    this.#parts.voice.microphone?.mute();
  }

  unmute(): void {
    this.#parts.voice.microphone?.unmute();
  }

  /** Loudness of the microphone now, 0 to 1. */
  get inputLevel(): number {
    return this.#parts.voice.microphone?.level ?? 0;
  }

  /** Loudness of the agent now, 0 to 1. */
  get outputLevel(): number {
    return this.#parts.levels.output;
  }

  /**
   * A turn typed instead of spoken.
   *
   * @throws {LLMRTCClientError} `INVALID_STATE` unless connected, `UNSUPPORTED_BY_SERVER`
   */
  sendText(text: string, attachments: readonly AttachmentPayload[] = []): void {
    this.#parts.outbox.send({ type: "text", text, ...withPictures(attachments) }, "text");
  }

  /**
   * Stops what the agent is saying.
   *
   * @throws {LLMRTCClientError} `INVALID_STATE` unless connected, `UNSUPPORTED_BY_SERVER`
   */
  interrupt(): void {
    this.#parts.outbox.send({ type: "interrupt" }, "interrupt");
  }

  /** May be set at any time, also during a call: what the caller is saying then ends as a turn. */
  get turnDetection(): TurnDetection {
    return this.#parts.call.turnDetection;
  }

  set turnDetection(mode: TurnDetection) {
    this.#parts.call.turnDetection = mode;
    this.#parts.outbox.hint({ type: "turn-detection", mode });
  }

  /**
   * The caller presses the button: the agent is interrupted at once, and all that he says from now on,
   * and the 300 ms before, is heard until `endTurn`, pauses and noise included.
   *
   * @throws {LLMRTCClientError} `INVALID_STATE` unless connected, `UNSUPPORTED_BY_SERVER`
   */
  startTurn(): void {
    this.#parts.outbox.turn({ type: "turn", action: "start" });
  }

  /** He has finished, and is answered without any wait. Also ends a turn that his voice began. */
  endTurn(): void {
    this.#parts.outbox.turn({ type: "turn", action: "end" });
  }

  /** What he was saying is forgotten. */
  cancelTurn(): void {
    this.#parts.outbox.turn({ type: "turn", action: "cancel" });
  }

  /** The caller is typing: call it on each change of a text field, so that the agent waits for him. */
  typing(): void {
    this.#parts.outbox.hint({ type: "typing" });
  }

  /**
   * A spoken turn as one recording, e.g. of `recordOnce`, for pages that share no microphone.
   *
   * @throws {LLMRTCClientError} `INVALID_STATE` unless connected
   */
  sendAudio(audio: ArrayBuffer, attachments: readonly AttachmentPayload[] = []): void {
    this.#parts.outbox.send({
      type: "audio",
      data: base64FromBytes(audio),
      ...withPictures(attachments),
    });
  }

  /** The browser waits for a gesture before it plays the agent. */
  get playbackBlocked(): boolean {
    return this.#parts.playback.blocked;
  }

  /**
   * Plays the agent after `playbackBlocked`. Call it in a click or tap.
   *
   * @throws {LLMRTCClientError} `PLAYBACK_BLOCKED` when it was none
   */
  resumePlayback(): Promise<void> {
    this.#parts.sound.unlock();
    return this.#parts.playback.resume();
  }

  /**
   * Plays on another speaker, now and in later calls.
   *
   * @param deviceId as `listSpeakers` gives it; empty for the system's
   * @throws {LLMRTCClientError} `UNSUPPORTED_BROWSER` or `OUTPUT_DEVICE_FAILED`
   */
  setOutputDevice(deviceId: string): Promise<void> {
    return this.#parts.playback.setDevice(deviceId);
  }

  /** Of the agent, 0 to 1. Phones leave it to their buttons. */
  get volume(): number {
    return this.#parts.playback.volume;
  }

  set volume(volume: number) {
    this.#parts.playback.volume = volume;
  }

  /**
   * Shows the agent what a camera sees: its last frame goes with each utterance. Takes the place of
   * an earlier camera, and survives reconnections.
   */
  shareVideo(stream: MediaStream, intervalMs = 1000): FrameCaptureController {
    return this.#parts.vision.show("camera", stream, intervalMs);
  }

  /** The same for a screen, window or tab. */
  shareScreen(stream: MediaStream, intervalMs = 1200): FrameCaptureController {
    return this.#parts.vision.show("screen", stream, intervalMs);
  }

  /**
   * Sends images that go with the caller's next utterance. Does nothing without images or connection.
   *
   * @param attachments default: the last frames of the shared camera and screen
   */
  sendAttachments(attachments: readonly AttachmentPayload[] = this.#parts.vision.frames()): void {
    this.#parts.outbox.show(attachments);
  }

  protected override listenersChanged(name: keyof ClientEvents): void {
    if (name === "level") this.#parts.updateLevels();
    if (name === "devicesChange") this.#parts.updateDevices();
  }
}

function withPictures(attachments: readonly AttachmentPayload[]) {
  return attachments.length > 0 && { attachments: [...attachments] };
}
