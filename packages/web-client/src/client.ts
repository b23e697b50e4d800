import type { Feature } from "@metered/llmrtc-core";
import type { WebClientConfig } from "./config.ts";
import type { ConnectionState } from "./connection/state.ts";
import { PositionalEmitter } from "./emitter.ts";
import type { ClientEvents, MicrophoneInfo, SessionMode } from "./events.ts";
import type {
  AttachmentPayload,
  AudioController,
  FrameCaptureController,
} from "./media/controllers.ts";

/** A call to a voice agent: `new LLMRTCWebClient({ signallingUrl })`, `start()`, `shareAudio()`. */
export declare class LLMRTCWebClient extends PositionalEmitter<ClientEvents> {
  constructor(config: WebClientConfig);
  readonly state: ConnectionState;
  readonly currentSessionId: string | null;
  /** What the server can do; empty for a v1 server or before the connection. */
  readonly features: ReadonlySet<Feature>;
  readonly mode: SessionMode;
  readonly microphone: MicrophoneInfo | null;
  readonly inputLevel: number;
  readonly outputLevel: number;
  readonly roundTripTimeMs: number | undefined;
  readonly playbackBlocked: boolean;

  start(): Promise<void>;
  close(): void;

  shareAudio(source?: MediaStream | MediaTrackConstraints): Promise<AudioController>;
  readonly muted: boolean;
  mute(): void;
  unmute(): void;

  sendText(text: string, attachments?: readonly AttachmentPayload[]): void;
  interrupt(): void;
  sendAudio(audio: ArrayBuffer, attachments?: readonly AttachmentPayload[]): void;

  resumePlayback(): Promise<void>;
  setOutputDevice(deviceId: string): Promise<void>;
  volume: number;

  shareVideo(stream: MediaStream, intervalMs?: number): FrameCaptureController;
  shareScreen(stream: MediaStream, intervalMs?: number): FrameCaptureController;
  sendAttachments(attachments?: readonly AttachmentPayload[]): void;
}
