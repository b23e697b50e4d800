import type { AttachmentPayload } from "./controllers.ts";
import { FrameCapture, type FrameCaptureOptions } from "./frames.ts";

type Eye = "camera" | "screen";

/** What the agent is shown: a camera and a screen at most, each replaced by the next. */
export class Vision {
  readonly #captures = new Map<Eye, FrameCapture>();
  readonly #options: Omit<FrameCaptureOptions, "intervalMs">;

  constructor(options: Omit<FrameCaptureOptions, "intervalMs">) {
    this.#options = options;
  }

  show(eye: Eye, stream: MediaStream, intervalMs: number): FrameCapture {
    this.#captures.get(eye)?.stop();
    const capture = new FrameCapture(stream, { ...this.#options, intervalMs });
    this.#captures.set(eye, capture);
    return capture;
  }

  /** The last frame of each, where there is one. */
  frames(): AttachmentPayload[] {
    return [...this.#captures].flatMap(([eye, capture]) => {
      const data = capture.getLastFrame();
      return data === null ? [] : [{ data, mimeType: "image/jpeg", alt: `${eye} frame` }];
    });
  }

  end(): void {
    for (const capture of this.#captures.values()) capture.stop();
    this.#captures.clear();
  }
}
