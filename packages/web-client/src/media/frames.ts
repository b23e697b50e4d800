import type { Clock, Logger } from "@metered/llmrtc-core";
import { stopTracks } from "./capture.ts";
import type { FrameCaptureController } from "./controllers.ts";

/** Longest side in pixels: such a JPEG fits a data channel message (256 kB) nearly always. */
const longestSide = 1024;
const jpegQuality = 0.6;
const failuresBeforeWarning = 5;

export interface FrameCaptureOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
}

/** Takes a still of a camera or screen every `intervalMs`, the first after one interval. */
export class FrameCapture implements FrameCaptureController {
  readonly #stream: MediaStream;
  readonly #options: FrameCaptureOptions;
  readonly #video = document.createElement("video");
  #cancel: (() => void) | undefined;
  #last: string | null = null;
  #failures = 0;

  constructor(stream: MediaStream, options: FrameCaptureOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = stream;
    void this.#video.play().catch((error: unknown) => {
      options.logger.debug({ error }, "The video of a capture does not play yet");
    });
    this.#schedule();
  }

  getLastFrame(): string | null {
    return this.#last;
  }

  stop(): void {
    this.#cancel?.();
    this.#video.srcObject = null;
    stopTracks(this.#stream);
  }

  #schedule(): void {
    this.#cancel = this.#options.clock.after(this.#options.intervalMs, () => {
      this.#take();
      this.#schedule();
    });
  }

  #take(): void {
    const frame = still(this.#video);
    if (frame !== null) {
      this.#last = frame;
      this.#failures = 0;
      return;
    }
    this.#failures += 1;
    if (this.#failures === failuresBeforeWarning) {
      this.#options.logger.warn({ failures: this.#failures }, "No frame from the camera or screen");
    }
  }
}

/** What a video shows, as a JPEG data URI; null while it shows nothing. */
export function still(video: HTMLVideoElement): string | null {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) return null;
  const scale = Math.min(1, longestSide / Math.max(videoWidth, videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", jpegQuality);
}
