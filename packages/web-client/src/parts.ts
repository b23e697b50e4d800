import { silentLogger } from "@metered/llmrtc-core";
import { reconnectionConfig, type WebClientConfig } from "./config.ts";
import { Call } from "./connection/call.ts";
import { Outbox } from "./connection/outbox.ts";
import { ConnectionState } from "./connection/state.ts";
import { browser, type Environment } from "./environment.ts";
import { LLMRTCClientError } from "./errors.ts";
import type { ClientEvents } from "./events.ts";
import { Attestation } from "./media/attestation.ts";
import type { AudioController } from "./media/controllers.ts";
import { DeviceWatch } from "./media/device-watch.ts";
import { Levels } from "./media/levels.ts";
import { Playback } from "./media/playback.ts";
import { Sound } from "./media/sound.ts";
import { Vision } from "./media/vision.ts";
import { Voice } from "./media/voice.ts";
import { announce, type Emit } from "./messages.ts";

export interface PartsOptions {
  readonly config: WebClientConfig;
  readonly environment: Environment;
  readonly emit: Emit;
  /** Somebody listens to that event. */
  readonly isHeard: (name: keyof ClientEvents) => boolean;
}

/** What a client is made of, and how the parts act on each other. */
export class Parts {
  readonly #options: PartsOptions;
  readonly call: Call;
  readonly outbox: Outbox;
  readonly sound = new Sound();
  readonly playback: Playback;
  readonly levels: Levels;
  readonly voice = new Voice(this.sound);
  readonly vision: Vision;
  readonly #attestation: Attestation;
  readonly #devices: DeviceWatch;

  constructor(options: PartsOptions) {
    const { config, environment, emit } = options;
    const { logger = silentLogger } = config;
    const { clock } = environment;
    const { sound } = this;
    this.#options = options;
    this.levels = new Levels(sound, clock);
    this.playback = new Playback(sound, config.outputDeviceId);
    this.vision = new Vision({ clock, logger });
    this.#devices = new DeviceWatch(() => {
      emit("devicesChange");
    });
    const reconnection = reconnectionConfig(config.reconnection);
    const call = new Call({ environment, config, reconnection, logger, sound });
    this.call = call;
    this.outbox = new Outbox(call);
    this.#attestation = new Attestation({
      clock,
      played: () => ({
        position: call.playedPosition,
        outputDelayMs: sound.outputDelayMs,
        ...(call.roundTripTimeMs !== undefined && { roundTripMs: call.roundTripTimeMs }),
      }),
      send: (message) => void call.sendData(message),
    });
    this.#followCall();
    this.#followMedia();
  }

  /** As `LLMRTCWebClient.start`. */
  async start(): Promise<void> {
    const { config, environment, emit } = this.#options;
    const { audio = false, playback = true, transport } = config;
    const needsWebRTC = transport !== "websocket";
    if (needsWebRTC && environment === browser && !("RTCPeerConnection" in globalThis)) {
      throw new LLMRTCClientError("UNSUPPORTED_BROWSER", "This browser has no WebRTC.");
    }
    if (playback) this.playback.unlock();
    const { call } = this;
    const connected = call.start();
    const isWanted = audio !== false && !this.voice.microphone;
    if (isWanted && call.state === ConnectionState.CONNECTING) {
      this.shareAudio(audio === true ? {} : audio).catch((error: unknown) => {
        if (!(error instanceof LLMRTCClientError)) throw error;
        if (error.code !== "CLOSED") emit("error", error);
      });
    }
    await connected;
  }

  /** As `LLMRTCWebClient.shareAudio`. */
  async shareAudio(source: MediaStream | MediaTrackConstraints): Promise<AudioController> {
    try {
      return await this.voice.share(source);
    } catch (error) {
      this.#tell(error);
      throw error;
    }
  }

  close(): void {
    this.#endMedia();
    this.call.close();
  }

  /** Levels are measured only while somebody listens. */
  updateLevels(): void {
    const { emit, isHeard } = this.#options;
    const wanted = this.call.state === ConnectionState.CONNECTED && isHeard("level");
    this.levels.beat(wanted, (output) => {
      emit("level", { input: this.voice.microphone?.level ?? 0, output });
    });
  }

  updateDevices(): void {
    const { isHeard } = this.#options;
    this.#devices.watch(this.call.state !== ConnectionState.CLOSED && isHeard("devicesChange"));
  }

  #followCall(): void {
    const { call } = this;
    const { config, emit } = this.#options;
    call.on("state", (state) => {
      emit("stateChange", state);
      this.updateLevels();
      this.updateDevices();
    });
    call.on("message", (message) => {
      if (call.features.has("playout")) this.#attestation.follow(message);
      if (message.type === "speech-start") this.outbox.show(this.vision.frames());
      announce(message, emit);
      if (message.type === "hang-up") this.close();
    });
    call.on("track", (stream) => {
      this.levels.listenTo(stream);
      if (config.playback ?? true) this.playback.play(stream);
      emit("ttsTrack", stream);
    });
    call.on("report", (report) => {
      emit("connectionReport", report);
    });
    call.on("reconnecting", ({ attempt, maxAttempts, reason }) => {
      emit("reconnecting", attempt, maxAttempts, reason);
    });
    call.on("reconnected", ({ historyRecovered }) => {
      emit("reconnected", historyRecovered);
    });
    call.on("failed", (error) => {
      this.#endMedia();
      emit("error", error);
    });
  }

  #followMedia(): void {
    const { voice, playback, sound } = this;
    const { emit } = this.#options;
    voice.on("track", (track) => {
      this.call.setTrack(track);
    });
    voice.on("changed", (microphone) => {
      sound.resume();
      if (microphone?.muted ?? true) this.outbox.hint({ type: "turn", action: "end" });
      emit("microphoneChange", microphone);
    });
    voice.on("lost", (error) => {
      this.#tell(error);
      emit("error", error);
    });
    playback.on("blocked", (error) => {
      this.#tell(error);
      emit("playbackBlocked", error);
    });
    playback.on("started", () => {
      sound.resume();
      emit("playbackStarted");
    });
  }

  /** What has no reason is not about the connection. */
  #tell(error: unknown): void {
    if (error instanceof LLMRTCClientError && error.reason) this.call.troubles.note(error.reason);
  }

  #endMedia(): void {
    this.voice.end();
    this.vision.end();
    this.levels.close();
    this.#attestation.close();
    this.playback.close();
    this.sound.close();
  }
}
