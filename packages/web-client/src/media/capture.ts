import { LLMRTCClientError } from "../errors.ts";
import { microphoneError } from "./errors.ts";

const voice: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

/**
 * Opens a microphone with the browser's echo cancellation, noise suppression and gain control,
 * unless `constraints` say otherwise.
 *
 * @throws {LLMRTCClientError} `MICROPHONE_…`, `INSECURE_CONTEXT` or `UNSUPPORTED_BROWSER`
 */
export async function openMicrophone(constraints: MediaTrackConstraints): Promise<MediaStream> {
  const devices = mediaDevices();
  try {
    return await devices.getUserMedia({ audio: { ...voice, ...constraints } });
  } catch (error) {
    throw microphoneError(error);
  }
}

/** @throws {LLMRTCClientError} `INSECURE_CONTEXT` or `UNSUPPORTED_BROWSER` */
function mediaDevices(): MediaDevices {
  // Absent on pages without a secure context, whatever the DOM types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices) return devices;
  throw isSecureContext
    ? new LLMRTCClientError("UNSUPPORTED_BROWSER", "This browser cannot use a microphone.")
    : new LLMRTCClientError(
        "INSECURE_CONTEXT",
        "Browsers open a microphone only on https:// pages and on localhost.",
      );
}

export function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
