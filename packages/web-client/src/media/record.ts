import { openMicrophone, stopTracks } from "./capture.ts";
import { still } from "./frames.ts";

const containers = ["audio/webm", "audio/mp4", "audio/ogg"];

/**
 * Records the microphone for `durationMs`, by default 4 s, as WebM, MP4 or Ogg, whichever the browser
 * can. `sendAudio` takes the result.
 *
 * @throws {LLMRTCClientError} `MICROPHONE_…`, `INSECURE_CONTEXT` or `UNSUPPORTED_BROWSER`
 */
export async function recordOnce(durationMs = 4000): Promise<ArrayBuffer> {
  const stream = await openMicrophone({});
  try {
    return await record(stream, durationMs);
  } finally {
    stopTracks(stream);
  }
}

async function record(stream: MediaStream, durationMs: number): Promise<ArrayBuffer> {
  const mimeType = containers.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType });
  const chunks: Blob[] = [];
  await new Promise<void>((resolve, reject) => {
    recorder.addEventListener("dataavailable", ({ data }) => void chunks.push(data));
    recorder.addEventListener("stop", () => {
      resolve();
    });
    recorder.addEventListener("error", () => {
      reject(new Error("The recording failed"));
    });
    recorder.start();
    setTimeout(() => {
      if (recorder.state !== "inactive") recorder.stop();
    }, durationMs);
  });
  return new Blob(chunks).arrayBuffer();
}

/**
 * Asks for a screen, window or tab and takes one picture of it, as a JPEG data URI.
 *
 * @throws {DOMException} when the person declines
 */
export async function captureScreenFrame(): Promise<string> {
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: true });
  try {
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = stream;
    await video.play();
    const frame = still(video);
    if (frame === null) throw new Error("The screen gave no picture");
    return frame;
  } finally {
    stopTracks(stream);
  }
}
