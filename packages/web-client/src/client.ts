import { silentLogger, type Feature, type Logger } from "@metered/llmrtc-core";
import { reconnectionConfig, type TurnDetection, type WebClientConfig } from "./config.ts";
import { base64FromBytes } from "./connection/base64.ts";
import { Call } from "./connection/call.ts";
import { Outbox } from "./connection/outbox.ts";
import { ConnectionState } from "./connection/state.ts";
import { PositionalEmitter } from "./emitter.ts";
import { browser, type Environment } from "./environment.ts";
import { LLMRTCClientError } from "./errors.ts";
import type { ClientEvents, ConnectionReport, MicrophoneInfo, SessionMode } from "./events.ts";
import type {
  AttachmentPayload,
  AudioController,
  FrameCaptureController,
} from "./media/controllers.ts";
import type { FrameCaptureOptions } from "./media/frames.ts";
import { Attestation } from "./media/attestation.ts";
import { DeviceWatch } from "./media/device-watch.ts";
import { Levels } from "./media/levels.ts";
import { Playback } from "./media/playback.ts";
import { Sound } from "./media/sound.ts";
import { Vision } from "./media/vision.ts";
import { Voice } from "./media/voice.ts";
import { announce } from "./messages.ts";

/**
 * A call to a voice agent.
 *
 * @example
 * const client = new LLMRTCWebClient({ signallingUrl: "wss://voice.example.com", audio: true });
 * client.on("transcript", (text, isFinal) => show(text, isFinal));
 * button.onclick = () => client.start();
 */
export class LLMRTCWebClient extends PositionalEmitter<ClientEvents> {
  readonly #config: WebClientConfig;
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #call: Call;
  readonly #outbox: Outbox;
  readonly #sound = new Sound();
  readonly #playback: Playback;
  readonly #levels: Levels;
  readonly #voice = new Voice(this.#sound);
  readonly #vision = new Vision();
  readonly #attestation: Attestation;
  readonly #devices = new DeviceWatch(() => {
    this.emit("devicesChange");
  });

  /** @param environment what to connect with; tests and other runtimes pass their own */
  constructor(config: WebClientConfig, environment: Environment = browser) {
    super();
    this.#config = config;
    this.#environment = environment;
    this.#logger = config.logger ?? silentLogger;
    const { clock } = environment;
    this.#levels = new Levels(this.#sound, clock);
    this.#playback = new Playback(this.#sound, config.outputDeviceId);
    this.#call = new Call({
      environment,
      config,
      reconnection: reconnectionConfig(config.reconnection),
      logger: this.#logger,
      sound: this.#sound,
    });
    this.#outbox = new Outbox(this.#call);
    this.#attestation = new Attestation({
      clock,
      played: () => ({
        position: this.#call.playedPosition,
        outputDelayMs: this.#sound.outputDelayMs,
        ...(this.roundTripTimeMs !== undefined && { roundTripMs: this.roundTripTimeMs }),
      }),
      send: (message) => void this.#call.sendData(message),
    });
    this.#followCall();
    this.#followMedia();
  }

  get state(): ConnectionState {
    return this.#call.state;
  }

  /** Null before the first connection and after `close`. */
  get currentSessionId(): string | null {
    return this.#call.sessionId;
  }

  /** What the server can do beyond protocol v1; empty without a connection. */
  get features(): ReadonlySet<Feature> {
    return this.#call.features;
  }

  /** What the call's connection uses: the application's own, or the server's. Empty without one. */
  get iceServers(): readonly RTCIceServer[] {
    return this.#call.iceServers;
  }

  get mode(): SessionMode {
    return this.#call.mode;
  }

  /** How sound travels, or travelled last, and why so; null before the first connection. */
  get connectionReport(): ConnectionReport | null {
    return this.#call.report ?? null;
  }

  /** To the server's process and back, in ms, as of the last heartbeat. */
  get roundTripTimeMs(): number | undefined {
    return this.#call.roundTripTimeMs;
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
  async start(): Promise<void> {
    const needsWebRTC = this.#config.transport !== "websocket";
    if (needsWebRTC && this.#environment === browser && !("RTCPeerConnection" in globalThis)) {
      throw new LLMRTCClientError("UNSUPPORTED_BROWSER", "This browser has no WebRTC.");
    }
    const { audio = false, playback = true } = this.#config;
    if (playback) this.#playback.unlock();
    const connected = this.#call.start();
    if (audio !== false && !this.#voice.microphone && this.state === ConnectionState.CONNECTING) {
      this.shareAudio(audio === true ? {} : audio).catch((error: unknown) => {
        if (!(error instanceof LLMRTCClientError)) throw error;
        if (error.code !== "CLOSED") this.emit("error", error);
      });
    }
    await connected;
  }

  /** Ends the call and stops the microphone, camera and screen. Cancels whatever is under way. */
  close(): void {
    this.#stopMedia();
    this.#call.close();
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
  async shareAudio(source: MediaStream | MediaTrackConstraints = {}): Promise<AudioController> {
    try {
      return await this.#voice.share(source);
    } catch (error) {
      this.#tell(error);
      throw error;
    }
  }

  /** The microphone that is shared. */
  get microphone(): MicrophoneInfo | null {
    return this.#voice.microphone?.info ?? null;
  }

  /** True also without a microphone. */
  get muted(): boolean {
    return this.#voice.microphone?.muted ?? true;
  }

  mute(): void {
    this.#voice.microphone?.mute();
  }

  unmute(): void {
    this.#voice.microphone?.unmute();
  }

  /** Loudness of the microphone now, 0 to 1. */
  get inputLevel(): number {
    return this.#voice.microphone?.level ?? 0;
  }

  /** Loudness of the agent now, 0 to 1. */
  get outputLevel(): number {
    return this.#levels.output;
  }

  /**
   * A turn typed instead of spoken.
   *
   * @throws {LLMRTCClientError} `INVALID_STATE` unless connected, `UNSUPPORTED_BY_SERVER`
   */
  sendText(text: string, attachments: readonly AttachmentPayload[] = []): void {
    this.#outbox.send({ type: "text", text, ...withPictures(attachments) }, "text");
  }

  /**
   * Stops what the agent is saying.
   *
   * @throws {LLMRTCClientError} `INVALID_STATE` unless connected, `UNSUPPORTED_BY_SERVER`
   */
  interrupt(): void {
    this.#outbox.send({ type: "interrupt" }, "interrupt");
  }

  /** May be set at any time, also during a call: what the caller is saying then ends as a turn. */
  get turnDetection(): TurnDetection {
    return this.#call.turnDetection;
  }

  set turnDetection(mode: TurnDetection) {
    this.#call.turnDetection = mode;
    this.#outbox.hint({ type: "turn-detection", mode });
  }

  /**
   * The caller presses the button: the agent is interrupted at once, and all that he says from now on,
   * and the 300 ms before, is heard until `endTurn`, pauses and noise included.
   *
   * @throws {LLMRTCClientError} `INVALID_STATE` unless connected, `UNSUPPORTED_BY_SERVER`
   */
  startTurn(): void {
    this.#outbox.turn({ type: "turn", action: "start" });
  }

  /** He has finished, and is answered without any wait. Also ends a turn that his voice began. */
  endTurn(): void {
    this.#outbox.turn({ type: "turn", action: "end" });
  }

  /** What he was saying is forgotten. */
  cancelTurn(): void {
    this.#outbox.turn({ type: "turn", action: "cancel" });
  }

  /** The caller is typing: call it on each change of a text field, so that the agent waits for him. */
  typing(): void {
    this.#outbox.hint({ type: "typing" });
  }

  /**
   * A spoken turn as one recording, e.g. of `recordOnce`, for pages that share no microphone.
   *
   * @throws {LLMRTCClientError} `INVALID_STATE` unless connected
   */
  sendAudio(audio: ArrayBuffer, attachments: readonly AttachmentPayload[] = []): void {
    this.#outbox.send({
      type: "audio",
      data: base64FromBytes(audio),
      ...withPictures(attachments),
    });
  }

  /** The browser waits for a gesture before it plays the agent. */
  get playbackBlocked(): boolean {
    return this.#playback.blocked;
  }

  /**
   * Plays the agent after `playbackBlocked`. Call it in a click or tap.
   *
   * @throws {LLMRTCClientError} `PLAYBACK_BLOCKED` when it was none
   */
  resumePlayback(): Promise<void> {
    this.#sound.unlock();
    return this.#playback.resume();
  }

  /**
   * Plays on another speaker, now and in later calls.
   *
   * @param deviceId as `listSpeakers` gives it; empty for the system's
   * @throws {LLMRTCClientError} `UNSUPPORTED_BROWSER` or `OUTPUT_DEVICE_FAILED`
   */
  setOutputDevice(deviceId: string): Promise<void> {
    return this.#playback.setDevice(deviceId);
  }

  /** Of the agent, 0 to 1. Phones leave it to their buttons. */
  get volume(): number {
    return this.#playback.volume;
  }

  set volume(volume: number) {
    this.#playback.volume = volume;
  }

  /**
   * Shows the agent what a camera sees: its last frame goes with each utterance. Takes the place of
   * an earlier camera, and survives reconnections.
   */
  shareVideo(stream: MediaStream, intervalMs = 1000): FrameCaptureController {
    return this.#vision.show("camera", stream, this.#captureOptions(intervalMs));
  }

  /** The same for a screen, window or tab. */
  shareScreen(stream: MediaStream, intervalMs = 1200): FrameCaptureController {
    return this.#vision.show("screen", stream, this.#captureOptions(intervalMs));
  }

  /**
   * Sends images that go with the caller's next utterance. Does nothing without images or connection.
   *
   * @param attachments default: the last frames of the shared camera and screen
   */
  sendAttachments(attachments: readonly AttachmentPayload[] = this.#vision.frames()): void {
    if (attachments.length === 0) return;
    this.#call.sendData({ type: "attachments", attachments: [...attachments] });
  }

  protected override listenersChanged(name: keyof ClientEvents): void {
    if (name === "level") this.#updateLevels();
    if (name === "devicesChange") this.#updateWatch();
  }

  #followCall(): void {
    const call = this.#call;
    call.on("state", (state) => {
      this.emit("stateChange", state);
      this.#updateLevels();
      this.#updateWatch();
    });
    call.on("message", (message) => {
      if (this.features.has("playout")) this.#attestation.follow(message);
      if (message.type === "speech-start") this.sendAttachments();
      announce(message, (name, ...args) => {
        this.emit(name, ...args);
      });
      if (message.type === "hang-up") this.close();
    });
    call.on("track", (stream) => {
      this.#levels.listenTo(stream);
      if (this.#config.playback ?? true) this.#playback.play(stream);
      this.emit("ttsTrack", stream);
    });
    call.on("report", (report) => {
      this.emit("connectionReport", report);
    });
    call.on("reconnecting", ({ attempt, maxAttempts, reason }) => {
      this.emit("reconnecting", attempt, maxAttempts, reason);
    });
    call.on("reconnected", ({ historyRecovered }) => {
      this.emit("reconnected", historyRecovered);
    });
    call.on("failed", (error) => {
      this.#stopMedia();
      this.emit("error", error);
    });
  }

  #followMedia(): void {
    this.#voice.on("track", (track) => {
      this.#call.setTrack(track);
    });
    this.#voice.on("changed", (microphone) => {
      this.#sound.resume();
      if (microphone?.muted ?? true) this.#outbox.hint({ type: "turn", action: "end" });
      this.emit("microphoneChange", microphone);
    });
    this.#voice.on("lost", (error) => {
      this.#tell(error);
      this.emit("error", error);
    });
    this.#playback.on("blocked", (error) => {
      this.#tell(error);
      this.emit("playbackBlocked", error);
    });
    this.#playback.on("started", () => {
      this.#sound.resume();
      this.emit("playbackStarted");
    });
  }

  /** What has no reason is not about the connection. */
  #tell(error: unknown): void {
    if (error instanceof LLMRTCClientError && error.reason) this.#call.troubles.note(error.reason);
  }

  #stopMedia(): void {
    this.#voice.end();
    this.#vision.end();
    this.#levels.close();
    this.#attestation.close();
    this.#playback.close();
    this.#sound.close();
  }

  #captureOptions(intervalMs: number): FrameCaptureOptions {
    return { clock: this.#environment.clock, logger: this.#logger, intervalMs };
  }

  #updateLevels(): void {
    const wanted = this.state === ConnectionState.CONNECTED && this.listenerCount("level") > 0;
    this.#levels.beat(wanted, (output) => {
      this.emit("level", { input: this.inputLevel, output });
    });
  }

  #updateWatch(): void {
    const wanted = this.listenerCount("devicesChange") > 0 && this.state !== ConnectionState.CLOSED;
    this.#devices.watch(wanted);
  }
}

function withPictures(attachments: readonly AttachmentPayload[]) {
  return attachments.length > 0 && { attachments: [...attachments] };
}
