/** One shared microphone. It goes inert when another `shareAudio` replaces it. */
export interface AudioController {
  /** What is heard: the application's stream, or the one opened for it. */
  readonly stream: MediaStream;
  readonly muted: boolean;
  /** Loudness now, 0 to 1; 0 when muted. */
  readonly level: number;
  readonly deviceId: string | undefined;
  /** Sends silence from now on; the microphone stays open. */
  mute(): void;
  unmute(): void;
  /**
   * Changes to another microphone without a gap in the call.
   *
   * @throws {LLMRTCClientError} `MICROPHONE_…`; the old one stays in use
   */
  setDevice(deviceId: string): Promise<void>;
  /** Stops sharing and all tracks of the stream. */
  stop(): Promise<void>;
}

/** A camera or screen of which still frames are taken. */
export interface FrameCaptureController {
  /** Also stops the stream's tracks. */
  stop(): void;
  /** The last frame as a JPEG data URI, or null before the first. */
  getLastFrame(): string | null;
}

/** An image that goes with what the caller says. */
export interface AttachmentPayload {
  /** Data URI, base64 or URL. */
  readonly data: string;
  readonly mimeType?: string;
  readonly alt?: string;
}
